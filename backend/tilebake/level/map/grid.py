"""Where a cell of a grid has its centre: Godot's layouts, as `TileMapLayer.map_to_local` places them.

Every grid that is not square is one lattice: lines of tiles, each shifted by half a tile against the
one before, and packed closer than a tile's size (a half for isometric, three quarters for hexagonal).
Layouts only number its cells differently. A lattice point is (along, across): half tiles along the
offset axis, and lines across it; both are whole numbers, so that cells compare exactly.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

GridShape = Literal["square", "isometric", "half_offset", "hexagonal"]
Axis = Literal["horizontal", "vertical"]
Layout = Literal["stacked", "stacked_offset", "stairs_right", "stairs_down", "diamond_right", "diamond_down"]

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
    """A rectangle in map pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of tiles, each `tile_size` (width, height) map pixels large."""

    shape: GridShape
    tile_size: tuple[int, int]
    axis: Axis = "horizontal"
    layout: Layout = "stacked"

    def centre(self, x: int, y: int) -> tuple[float, float]:
        """The centre of a cell in map pixels."""
        return self.place(self.lattice(x, y))

    def lattice(self, x: int, y: int) -> tuple[int, int]:
        """The lattice point (along, across) of a cell."""
        if self.shape == "square":
            return 2 * x, y
        if self.axis == "vertical":
            return _lattice(y, x, _MIRRORED[self.layout])
        return _lattice(x, y, self.layout)

    def place(self, point: tuple[int, int]) -> tuple[float, float]:
        """The centre in map pixels of the cell at a lattice point."""
        along, across = point[0] / 2, point[1] * _LINE_SPACING[self.shape]
        width, height = self.tile_size
        if self._is_upright:
            return (across + 0.5) * width, (along + 0.5) * height
        return (along + 0.5) * width, (across + 0.5) * height

    def cells_in(self, bounds: Bounds) -> float:
        """About how many cells a rectangle has room for."""
        width, height = self.tile_size
        return bounds.width / width * bounds.height / height / _LINE_SPACING[self.shape]

    def points_within(self, bounds: Bounds) -> Iterator[tuple[int, int]]:
        """Each lattice point whose centre lies in a rectangle or on its edge, line by line."""
        low_along, high_along, low_across, high_across = self._limits(bounds)
        for across in range(low_across, high_across + 1):
            shift = 0 if self.shape == "square" else (across + (self.layout == "stacked_offset")) % 2
            first = low_along + (low_along + shift) % 2
            for along in range(first, high_along + 1, 2):
                yield along, across

    @property
    def _is_upright(self) -> bool:
        return self.axis == "vertical" and self.shape != "square"

    def _limits(self, bounds: Bounds) -> tuple[int, int, int, int]:
        """The first and last `along` and `across` that lie within a rectangle."""
        width, height = self.tile_size
        horizontal = (bounds.x / width, (bounds.x + bounds.width) / width)
        vertical = (bounds.y / height, (bounds.y + bounds.height) / height)
        along, across = (vertical, horizontal) if self._is_upright else (horizontal, vertical)
        spacing = _LINE_SPACING[self.shape]
        return (
            math.ceil((along[0] - 0.5 - _EDGE) * 2),
            math.floor((along[1] - 0.5 + _EDGE) * 2),
            math.ceil((across[0] - 0.5 - _EDGE) / spacing),
            math.floor((across[1] - 0.5 + _EDGE) / spacing),
        )


def _lattice(x: int, y: int, layout: Layout) -> tuple[int, int]:
    """The lattice point of a cell where lines are horizontal."""
    match layout:
        case "stacked":
            return 2 * x + y % 2, y
        case "stacked_offset":
            return 2 * x + (y + 1) % 2, y
        case "stairs_right":
            return 2 * x + y, y
        case "stairs_down":
            return x, 2 * y + x
        case "diamond_right":
            return x + y, y - x
        case "diamond_down":
            return x - y, x + y


def bounds_of(centres: Iterable[tuple[float, float]], tile_size: tuple[int, int]) -> Bounds:
    """The rectangle around tiles with these centres, of which there is at least one."""
    xs, ys = zip(*centres, strict=True)
    width, height = tile_size
    left, top = min(xs) - width / 2, min(ys) - height / 2
    return Bounds(left, top, max(xs) + width / 2 - left, max(ys) + height / 2 - top)
