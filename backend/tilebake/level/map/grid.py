"""Compute where the cells of a grid have their centres, as Godot's `TileMapLayer.map_to_local` does.

Every grid that is not square is one lattice: lines of tiles, each shifted by half a tile against the
one before, and packed closer than a tile's size (a half for isometric, three quarters for hexagonal).
Layouts only number its cells differently. A lattice point is (along, across): half tiles along the
offset axis, and lines across it; both are whole numbers, so that cells compare exactly.

Maps have many cells, so cells and points come as columns: all x and all y, all along and all across.
"""

import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import add, sub
from typing import Final, Literal, NamedTuple

GridShape = Literal["square", "isometric", "half_offset", "hexagonal"]
Axis = Literal["horizontal", "vertical"]
Layout = Literal["stacked", "stacked_offset", "stairs_right", "stairs_down", "diamond_right", "diamond_down"]

Column = Sequence[int]

_LINE_SPACING: Final[Mapping[GridShape, float]] = {
    "square": 1.0,
    "half_offset": 1.0,
    "hexagonal": 0.75,
    "isometric": 0.5,
}
# A vertical offset axis is the horizontal one mirrored in the diagonal, which swaps right and down.
_MIRRORED: Final[Mapping[Layout, Layout]] = {
    "stacked": "stacked",
    "stacked_offset": "stacked_offset",
    "stairs_right": "stairs_down",
    "stairs_down": "stairs_right",
    "diamond_right": "diamond_down",
    "diamond_down": "diamond_right",
}
_EDGE: Final = 1e-6  # of a tile: a centre this close to an edge lies on it


class Bounds(NamedTuple):
    """Describe a rectangle in map pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Describe a grid of tiles, each `tile_size` (width, height) map pixels large."""

    shape: GridShape
    tile_size: tuple[int, int]
    axis: Axis = "horizontal"
    layout: Layout = "stacked"
    spacing: float | None = None  # from one line to the next, in tiles; None is as usual for the shape

    @property
    def line_spacing(self) -> float:
        """Return how far it is from one line to the next, in tiles."""
        return _LINE_SPACING[self.shape] if self.spacing is None else self.spacing

    def centre(self, x: int, y: int) -> tuple[float, float]:
        """Return the centre of a cell in map pixels."""
        (centre_x,), (centre_y,) = self.centres(*self.lattice([x], [y]))
        return centre_x, centre_y

    def lattice(self, xs: Column, ys: Column) -> tuple[Column, Column]:
        """Return the lattice points (along, across) of cells."""
        if self.shape == "square":
            return array("q", [2 * x for x in xs]), ys
        if self.axis == "vertical":
            return _lattice(ys, xs, _MIRRORED[self.layout])
        return _lattice(xs, ys, self.layout)

    def centres(self, along: Column, across: Column) -> tuple["array[float]", "array[float]"]:
        """Return the centres in map pixels, all x and all y, of the cells at lattice points."""
        width, height = self.tile_size
        spacing = self.line_spacing
        if self._is_upright:
            ys = _convert(along, lambda value: (value / 2 + 0.5) * height)
            return _convert(across, lambda value: (value * spacing + 0.5) * width), ys
        xs = _convert(along, lambda value: (value / 2 + 0.5) * width)
        return xs, _convert(across, lambda value: (value * spacing + 0.5) * height)

    def cells_in(self, bounds: Bounds) -> float:
        """Estimate how many cells a rectangle has room for."""
        width, height = self.tile_size
        return bounds.width / width * bounds.height / height / self.line_spacing

    def free_points(self, bounds: Bounds, along: Column, across: Column) -> tuple[Column, Column]:
        """Return the lattice points of a rectangle, its edge included, that are not among the given ones.

        Line by line, as (along, across).
        """
        low_along, high_along, low_across, high_across = limits = self._limits(bounds)
        width = high_along - low_along + 1
        is_free = bytearray(b"\1") * (width * (high_across - low_across + 1))
        origin = low_across * width + low_along
        for point, line in zip(*_within(limits, along, across), strict=True):
            is_free[line * width + point - origin] = 0
        found = array("q"), array("q")
        for line in range(low_across, high_across + 1):
            shift = 0 if self.shape == "square" else (line + (self.layout == "stacked_offset")) % 2
            first = low_along + (low_along + shift) % 2
            begin = (line - low_across) * width
            free = is_free[begin + first - low_along : begin + width : 2]
            found[0].extend(compress(range(first, high_along + 1, 2), free))
            found[1].extend([line] * sum(free))
        return found

    @property
    def _is_upright(self) -> bool:
        return self.axis == "vertical" and self.shape != "square"

    def _limits(self, bounds: Bounds) -> tuple[int, int, int, int]:
        """Return the first and last `along` and `across` that lie within a rectangle."""
        width, height = self.tile_size
        horizontal = (bounds.x / width, (bounds.x + bounds.width) / width)
        vertical = (bounds.y / height, (bounds.y + bounds.height) / height)
        along, across = (vertical, horizontal) if self._is_upright else (horizontal, vertical)
        spacing = self.line_spacing
        return (
            math.ceil((along[0] - 0.5 - _EDGE) * 2),
            math.floor((along[1] - 0.5 + _EDGE) * 2),
            math.ceil((across[0] - 0.5 - _EDGE) / spacing),
            math.floor((across[1] - 0.5 + _EDGE) / spacing),
        )


def _within(limits: tuple[int, int, int, int], along: Column, across: Column) -> tuple[Column, Column]:
    """Return the lattice points that lie within limits: nearly always all of them."""
    low_along, high_along, low_across, high_across = limits
    if not along or (
        low_along <= min(along) <= max(along) <= high_along
        and low_across <= min(across) <= max(across) <= high_across
    ):
        return along, across
    inside = [
        low_along <= point <= high_along and low_across <= line <= high_across
        for point, line in zip(along, across, strict=True)
    ]
    return [*compress(along, inside)], [*compress(across, inside)]


def _lattice(xs: Column, ys: Column, layout: Layout) -> tuple[Column, Column]:
    """Return the lattice points of cells where lines are horizontal."""
    cells = zip(xs, ys, strict=True)
    match layout:
        case "stacked":
            return array("q", [2 * x + y % 2 for x, y in cells]), ys
        case "stacked_offset":
            return array("q", [2 * x + (y + 1) % 2 for x, y in cells]), ys
        case "stairs_right":
            return array("q", [2 * x + y for x, y in cells]), ys
        case "stairs_down":
            return xs, array("q", [2 * y + x for x, y in cells])
        case "diamond_right":
            return array("q", map(add, xs, ys)), array("q", map(sub, ys, xs))
        case "diamond_down":
            return array("q", map(sub, xs, ys)), array("q", map(add, xs, ys))


def _convert(values: Column, convert: Callable[[int], float]) -> "array[float]":
    """Convert every value, and equal ones once: a map has far fewer lines than cells."""
    results = {value: convert(value) for value in set(values)}
    return array("d", map(results.__getitem__, values))


def bounds_of(xs: Sequence[float], ys: Sequence[float], tile_size: tuple[int, int]) -> Bounds:
    """Return the rectangle around tiles with these centres, of which there is at least one."""
    width, height = tile_size
    left, top = min(xs) - width / 2, min(ys) - height / 2
    return Bounds(left, top, max(xs) + width / 2 - left, max(ys) + height / 2 - top)
