"""Keep the clean latents of windows by key, so that none is painted twice."""

from collections import OrderedDict
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Latents = NDArray[np.float32]
"""The latents [C, h, w] of one window, without noise."""

MOST_IN_MEMORY: Final = 1024  # windows: 128 MiB for the embedded model, more than a page has


class WindowStore(Protocol):
    """Keep windows for as long as there is room."""

    def has(self, key: str) -> bool:
        """Tell whether a window is kept."""
        ...

    def get(self, key: str) -> Latents | None:
        """Return a window, or None if it is not kept."""
        ...

    def put(self, key: str, latents: Latents) -> None:
        """Keep a window, perhaps at another's cost."""
        ...


class MemoryStore:
    """Keep the windows that were asked for last in memory, in front of another store."""

    def __init__(self, behind: WindowStore | None = None, most: int = MOST_IN_MEMORY) -> None:
        self._behind = behind
        self._most = most
        self._kept: OrderedDict[str, Latents] = OrderedDict()

    def has(self, key: str) -> bool:
        """Tell whether a window is kept."""
        return key in self._kept or (self._behind is not None and self._behind.has(key))

    def get(self, key: str) -> Latents | None:
        """Return a window, or None if it is not kept."""
        latents = self._kept.get(key)
        if latents is None and self._behind is not None:
            latents = self._behind.get(key)
        if latents is not None:
            self._remember(key, latents)
        return latents

    def put(self, key: str, latents: Latents) -> None:
        """Keep a window."""
        self._remember(key, latents)
        if self._behind is not None:
            self._behind.put(key, latents)

    def _remember(self, key: str, latents: Latents) -> None:
        self._kept[key] = latents
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
