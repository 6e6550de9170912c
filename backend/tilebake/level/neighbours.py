"""Which tiles lie side by side, on any grid; which are inner ones, and which are part of something thin."""

from collections.abc import Iterator, Mapping
from typing import Final

from tilebake.level.grid import GridShape
from tilebake.level.tilemap import Tile, TileMap

Step = tuple[int, int]  # quarters of a tile, to the right and down
Layout = Mapping[Step, str]

QUARTERS: Final = 4
SIDES: Final[Mapping[GridShape, int]] = {"square": 4, "isometric": 4, "half_offset": 6, "hexagonal": 6}
# To every tile that shares a side, and to half of them: the others are the same steps backwards. Where the
# offset axis may be either, both are listed: on a lattice with one axis, the other's steps meet no tile.
HALF_STEPS: Final[Mapping[GridShape, tuple[Step, ...]]] = {
    "square": ((4, 0), (0, 4)),
    "isometric": ((2, 2), (2, -2)),
    "half_offset": ((4, 0), (2, 4), (-2, 4), (0, 4), (4, 2), (4, -2)),
    "hexagonal": ((4, 0), (2, 3), (-2, 3), (0, 4), (3, 2), (3, -2)),
}


def layout(tilemap: TileMap, names: Mapping[str, str]) -> dict[Step, str]:
    """Each tile's place in quarters of a tile, and its terrain by what it counts as."""
    return {place_of(tile, tilemap): names[tile.terrain] for tile in tilemap.tiles}


def place_of(tile: Tile, tilemap: TileMap) -> Step:
    """A tile's place from the first tile's, in whole quarters of a tile."""
    first, (width, height) = tilemap.tiles[0], tilemap.tile_size
    return (
        round((tile.centre_x - first.centre_x) / width * QUARTERS),
        round((tile.centre_y - first.centre_y) / height * QUARTERS),
    )


def is_inner(place: Step, terrains: Layout, shape: GridShape) -> bool:
    """Whether a tile has a neighbour of its own terrain on each of its sides."""
    like = sum(terrains.get(other) == terrains[place] for other in _around(place, shape))
    return like == SIDES[shape]


def is_thin(place: Step, terrains: Layout) -> bool:
    """Whether a tile of a square map is part of something one tile wide.

    It is where no block of two by two tiles of its terrain holds it: so a path's straights, bends and
    diagonals are thin, and the corner of a lake is not.
    """
    x, y = place
    return not any(
        all(terrains.get((left + dx, top + dy)) == terrains[place] for dx in (0, 4) for dy in (0, 4))
        for left in (x - QUARTERS, x)
        for top in (y - QUARTERS, y)
    )


def _around(place: Step, shape: GridShape) -> Iterator[Step]:
    for right, down in HALF_STEPS[shape]:
        yield place[0] + right, place[1] + down
        yield place[0] - right, place[1] - down
