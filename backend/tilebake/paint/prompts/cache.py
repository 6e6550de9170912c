"""Keep what a model's text encoders made of the latest prompts.

A level's prompts hardly ever change between two saves, and encoding ten of them takes SDXL's encoders about
as long as a step of its UNet.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tilebake.paint.prompts.embeds import PromptEmbeds

MOST_PROMPTS: Final = 256  # prompts, each of about 0.3 MB in half precision


class PromptCache:
    """Keep the encoded prompts of one model with its LoRAs, least recently used first."""

    def __init__(self, most: int = MOST_PROMPTS) -> None:
        self._most = most
        self._prompts: OrderedDict[Hashable, PromptEmbeds] = OrderedDict()

    def get(self, key: Hashable, encode: "Callable[[], PromptEmbeds]") -> "PromptEmbeds":
        """Return what is kept under a key, or what `encode` makes now. Nothing is kept of an error."""
        if key not in self._prompts:
            self._prompts[key] = encode()
        self._prompts.move_to_end(key)
        if len(self._prompts) > self._most:
            self._prompts.popitem(last=False)
        return self._prompts[key]
