"""Keep what was made of the latest things: of prompts by text encoders, of LoRAs' files by their reader.

A level's prompts hardly ever change between two saves, and encoding ten of them takes SDXL's encoders about
as long as a step of its UNet.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

from tilebake.paint.prompts.embeds import PromptEmbeds

MOST_PROMPTS: Final = 256  # prompts, each of about 0.3 MB in half precision

_T = TypeVar("_T")


class Latest(Generic[_T]):
    """Keep at most so many values of one kind, least recently used first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, _T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return what is kept under a key, or what `make` makes now. Nothing is kept of an error."""
        if key not in self._values:
            self._values[key] = make()
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)
        return self._values[key]


class PromptCache(Latest[PromptEmbeds]):
    """Keep the encoded prompts of one model with its LoRAs."""

    def __init__(self, most: int = MOST_PROMPTS) -> None:
        super().__init__(most)
