"""Keep windows by key, as latents and as decoded pieces, so that nothing is painted or decoded twice."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Latents = NDArray[np.float32]
"""The latents [C, h, w] of one window, without noise."""

Kept = NDArray[np.float32] | NDArray[np.uint8]
"""The latents of a window, or the picture [3, H, W] of a piece that was decoded, as bytes."""

Picture = NDArray[np.uint8]
"""A finished picture [H, W, 3 or 4]."""

MOST_IN_MEMORY: Final = 256 << 20  # bytes: some hundred windows, or a level of 100 by 60 tiles decoded


class WindowStore(Protocol):
    """Keep windows for as long as there is room."""

    def has(self, key: str) -> bool:
        """Tell whether a window is kept."""
        ...

    def get(self, key: str) -> Kept | None:
        """Return a window, or None if it is not kept."""
        ...

    def put(self, key: str, kept: Kept) -> None:
        """Keep a window, perhaps at another's cost."""
        ...


class KeptPictures:
    """Keep the pictures that were asked for last, by the digests of their requests, at most so many bytes."""

    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._most = most
        self._kept: OrderedDict[str, Picture] = OrderedDict()

    def find(self, digest: str, size: int, paint: Callable[[], Picture | None]) -> Picture | None:
        """Return a picture of `size` bytes, by `paint` unless it is kept; None if it cannot be kept."""
        if size > self._most:
            return None
        picture = self._kept.pop(digest, None)
        picture = paint() if picture is None else picture
        if picture is not None:
            self._kept[digest] = picture
        while sum(each.nbytes for each in self._kept.values()) > self._most:
            self._kept.popitem(last=False)
        return picture


class MemoryStore:
    """Keep what was asked for last in memory, at most so many bytes, in front of another store."""

    def __init__(self, behind: WindowStore | None = None, most: int = MOST_IN_MEMORY) -> None:
        self._behind = behind
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0

    def has(self, key: str) -> bool:
        """Tell whether a window is kept."""
        return key in self._kept or (self._behind is not None and self._behind.has(key))

    def get(self, key: str) -> Kept | None:
        """Return a window, or None if it is not kept."""
        kept = self._kept.get(key)
        if kept is None and self._behind is not None:
            kept = self._behind.get(key)
        if kept is not None:
            self._remember(key, kept)
        return kept

    def put(self, key: str, kept: Kept) -> None:
        """Keep a window."""
        self._remember(key, kept)
        if self._behind is not None:
            self._behind.put(key, kept)

    def _remember(self, key: str, kept: Kept) -> None:
        self._forget(key)
        self._kept[key] = kept
        self._bytes += kept.nbytes
        while self._bytes > self._most and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        self._bytes -= 0 if kept is None else kept.nbytes
