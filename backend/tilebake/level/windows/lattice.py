"""Lay windows over the world: the pieces in which a map is painted that is too large for one picture.

Windows lie on an absolute lattice of latent pixels, so that a window's place does not depend on where a map
begins or ends. Neighbours overlap, and blend over each other by a linear kernel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, Canvas
from tilebake.level.torus.wrap import NO_PERIODS, Periods, Wrap, axes_of, periods_of
from tilebake.level.windows.window_line import WindowLine

OVERLAP_SHARE: Final = 4  # a window overlaps the next by one part in so many
ENDLESS: Final = 1 << 40  # latent pixels: where a world ends along an axis on which it wraps


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

    def move(self, right: int, down: int) -> "Extent":
        """Return the extent elsewhere."""
        return Extent(self.left + right, self.top + down, self.right + right, self.bottom + down)

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
    """Lay windows of one size over a world that ends at an extent, or wraps.

    At the world's edges a window that would show only what its neighbour shows is left out. Along an axis
    that wraps, the world has no edges, and what it holds repeats after a period, as its windows do.
    """

    side: int  # latent pixels along a window
    world: Extent
    periods: Periods = NO_PERIODS

    @property
    def overlap(self) -> int:
        """How many latent pixels two neighbours share, where nothing wraps."""
        return self.side // OVERLAP_SHARE

    @property
    def stride(self) -> int:
        """How many latent pixels there are from a window to the next, where nothing wraps."""
        return self.side - self.overlap

    @cached_property
    def columns(self) -> WindowLine:
        """The windows of a row."""
        return WindowLine(self.side, self.stride, self.world.left, self.world.right, self.periods.across)

    @cached_property
    def rows(self) -> WindowLine:
        """The windows of a column."""
        return WindowLine(self.side, self.stride, self.world.top, self.world.bottom, self.periods.down)

    def extent(self, window: Window) -> Extent:
        """Return the part of the world that a window shows."""
        left, top = self.columns.start(window.column), self.rows.start(window.row)
        return Extent(left, top, left + self.columns.length, top + self.rows.length)

    def own(self, window: Window) -> Window:
        """Return the window of the first period that shows the same; where nothing wraps, the window."""
        return Window(self.columns.own(window.column), self.rows.own(window.row))

    def windows(self, part: Extent) -> Iterator[Window]:
        """Yield the windows that show any pixel of a part of the world, row by row."""
        columns = self.columns.indices(part.left, part.right)
        return (Window(column, row) for row in self.rows.indices(part.top, part.bottom) for column in columns)

    def count(self, part: Extent) -> int:
        """Return how many windows show any pixel of a part of the world, each that repeats once."""
        columns, rows = (
            min(len(indices), line.count) if line.period else len(indices)
            for line, indices in (
                (self.columns, self.columns.indices(part.left, part.right)),
                (self.rows, self.rows.indices(part.top, part.bottom)),
            )
        )
        return columns * rows

    @cached_property
    def kernel(self) -> NDArray[np.float32]:
        """How much a window counts at each of its pixels: [height, width].

        It falls linearly over an overlap, where two neighbours' sum is 1.
        """
        return np.outer(self.rows.ramp, self.columns.ramp).astype(np.float32)


def lattice_over(canvas: Canvas, side: int, wrap: Wrap | None) -> Lattice:
    """Return the windows, `side` latent pixels long, of a world that a canvas shows whole."""
    axes, world = axes_of(wrap), extent_of(canvas)
    endless = Extent(
        -ENDLESS if axes.x else world.left,
        -ENDLESS if axes.y else world.top,
        ENDLESS if axes.x else world.right,
        ENDLESS if axes.y else world.bottom,
    )
    return Lattice(side, endless, periods_of(axes, canvas.latent_size))
