"""Lay windows over the world: the pieces in which a map is painted that is too large for one picture.

Windows lie on an absolute lattice of latent pixels, so that a window's place does not depend on where a map
begins or ends. Neighbours overlap, and blend over each other by a linear kernel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, Canvas

OVERLAP_SHARE: Final = 4  # a window overlaps the next by one part in so many


class Extent(NamedTuple):
    """Describe a rectangle of the world without its right and lower edges: in latent pixels, if not said."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    def meets(self, other: "Extent") -> bool:
        """Tell whether both have a pixel in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: "Extent") -> "Extent":
        """Return what both have in common."""
        return Extent(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def grow(self, margin: int) -> "Extent":
        """Return the extent with a margin on all sides."""
        return Extent(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def slices(self, origin: "Extent") -> tuple[slice, slice]:
        """Return the rows and columns that it has in an array whose first pixel is the origin's."""
        return (
            slice(self.top - origin.top, self.bottom - origin.top),
            slice(self.left - origin.left, self.right - origin.left),
        )


class Window(NamedTuple):
    """Name a window by its place on the lattice."""

    column: int
    row: int


def extent_of(canvas: Canvas) -> Extent:
    """Return the part of the world that a canvas shows."""
    height, width = canvas.latent_size
    return Extent(canvas.origin_x, canvas.origin_y, canvas.origin_x + width, canvas.origin_y + height)


def canvas_over(extent: Extent, scale: float) -> Canvas:
    """Return the canvas that shows a part of the world, at so many canvas pixels a map pixel."""
    height, width = extent.size
    return Canvas(width * LATENT, height * LATENT, scale, extent.left, extent.top)


@dataclass(frozen=True)
class Lattice:
    """Lay windows of one size over a world that ends at an extent.

    At the world's edges a window that would show only what its neighbour shows is left out.
    """

    side: int  # latent pixels along a window
    world: Extent

    @property
    def overlap(self) -> int:
        """How many latent pixels two neighbours share."""
        return self.side // OVERLAP_SHARE

    @property
    def stride(self) -> int:
        """How many latent pixels there are from a window to the next."""
        return self.side - self.overlap

    def extent(self, window: Window) -> Extent:
        """Return the part of the world that a window shows."""
        left, top = window.column * self.stride, window.row * self.stride
        return Extent(left, top, left + self.side, top + self.side)

    def windows(self, part: Extent) -> Iterator[Window]:
        """Yield the windows that show any pixel of a part of the world, row by row."""
        rows, columns = self._lines(part)
        return (Window(column, row) for row in rows for column in columns)

    def count(self, part: Extent) -> int:
        """Return how many windows show any pixel of a part of the world."""
        rows, columns = self._lines(part)
        return len(rows) * len(columns)

    def _lines(self, part: Extent) -> tuple[range, range]:
        """Return the rows and the columns of windows that show any pixel of a part."""
        rows = self._indices(part.top, part.bottom, self.world.top, self.world.bottom)
        return rows, self._indices(part.left, part.right, self.world.left, self.world.right)

    def _indices(self, start: int, end: int, world_start: int, world_end: int) -> range:
        """Return the windows along one axis that show a pixel from `start` up to `end`."""
        first = world_start // self.stride
        last = max(first, ceil((world_end - self.side) / self.stride))
        return range(
            max(first, (start - self.side) // self.stride + 1), min(last, (end - 1) // self.stride) + 1
        )

    @cached_property
    def kernel(self) -> NDArray[np.float32]:
        """How much a window counts at each of its pixels: [side, side], above 0.

        It falls linearly over an overlap, where two neighbours' sum is 1.
        """
        rising = (np.arange(self.overlap, dtype=np.float64) + 0.5) / self.overlap
        ramp = np.concatenate([rising, np.ones(self.side - 2 * self.overlap), rising[::-1]])
        return np.outer(ramp, ramp).astype(np.float32)
