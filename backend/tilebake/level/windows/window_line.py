"""Lay windows along one axis of the world: on a fixed lattice, or around the axis where the world wraps."""

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class WindowLine:
    """Lay windows along one axis, from `begin` to `end` of the world or around it, in latent pixels.

    Windows are `stride` apart. Where the axis wraps, `period` is its length: windows lie alike in each
    period, evenly and no further apart. A period that is no longer than a window is one window, which wraps
    by itself.
    """

    side: int
    stride: int
    begin: int
    end: int
    period: int = 0  # 0 is none

    @property
    def length(self) -> int:
        """How many latent pixels a window has along the axis."""
        return min(self.side, self.period) if self.period else self.side

    @cached_property
    def count(self) -> int:
        """How many windows there are in a period."""
        return 1 if self.period <= self.side else ceil(self.period / self.stride)

    @property
    def pitch(self) -> float:
        """How far it is from a window to the next, on average."""
        return self.period / self.count if self.period else self.stride

    def start(self, index: int) -> int:
        """Return where a window begins."""
        return index * self.period // self.count if self.period else index * self.stride

    def own(self, index: int) -> int:
        """Return the window of the first period that shows the same."""
        return index % self.count if self.period else index

    def indices(self, start: int, end: int) -> range:
        """Return the windows that show a pixel from `start` up to `end`.

        At the world's ends one that would show only what its neighbour shows is left out.
        """
        if self.period:
            first = -(-(start - self.length + 1) * self.count // self.period)
            return range(first, -(-end * self.count // self.period))
        first = self.begin // self.stride
        last = max(first, ceil((self.end - self.side) / self.stride))
        return range(
            max(first, (start - self.side) // self.stride + 1), min(last, (end - 1) // self.stride) + 1
        )

    def blend_zone(self, index: int) -> range:
        """Return where a window and the one before blend."""
        return range(self.start(index) + self._margin, self.start(index - 1) + self.length - self._margin)

    def nearest(self, places: NDArray[np.floating[Any]], shift: float = 0.0) -> NDArray[np.intp]:
        """Return the window that counts most at each place; `shift` moves all by a part of their pitch."""
        behind = places - (self.length - self.pitch) / 2
        found = np.floor(behind / self.pitch - shift).astype(np.intp)
        windows = self.indices(self.begin, self.end)
        return found % self.count if self.period else found.clip(windows[0], windows[-1])

    @cached_property
    def ramp(self) -> NDArray[np.float64]:
        """How much a window counts at each of its pixels: [length].

        It falls linearly over an overlap of side - stride, where two neighbours' sum is 1. Where they overlap
        by more, it is 0 at their ends, so that no more is blended, which would blur.
        """
        overlap = self.side - self.stride
        if self.count == 1 and self.period:
            return np.ones(self.length)
        rising = np.concatenate(
            [np.zeros(self._margin), (np.arange(overlap, dtype=np.float64) + 0.5) / overlap]
        )
        return np.concatenate([rising, np.ones(self.length - 2 * len(rising)), rising[::-1]])

    @property
    def _margin(self) -> int:
        """How many pixels at a window's ends do not count."""
        if self.count == 1:
            return 0
        return int(self.stride - self.pitch) // 2
