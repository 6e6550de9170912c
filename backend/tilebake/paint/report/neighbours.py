"""Find which tiles lie side by side, on any grid."""

from collections.abc import Mapping
from typing import Final

from tilebake.level.map.grid import GridShape
from tilebake.level.tilemap import Tile, TileMap

QuarterStep = tuple[int, int]  # quarters of a tile, to the right and down
TileLayout = Mapping[QuarterStep, str]

QUARTERS: Final = 4
# To every tile that shares a side, and to half of them: the others are the same steps backwards. Where the
# offset axis may be either, both are listed: on a lattice with one axis, the other's steps meet no tile.
HALF_STEPS: Final[Mapping[GridShape, tuple[QuarterStep, ...]]] = {
    "square": ((4, 0), (0, 4)),
    "isometric": ((2, 2), (2, -2)),
    "half_offset": ((4, 0), (2, 4), (-2, 4), (0, 4), (4, 2), (4, -2)),
    "hexagonal": ((4, 0), (2, 3), (-2, 3), (0, 4), (3, 2), (3, -2)),
}


def layout(tilemap: TileMap, names: Mapping[str, str]) -> dict[QuarterStep, str]:
    """Map each tile's place in quarters of a tile to what its terrain counts as."""
    return {place_of(tile, tilemap): names[tile.terrain] for tile in tilemap.tiles}


def place_of(tile: Tile, tilemap: TileMap) -> QuarterStep:
    """Return a tile's place from the first tile's, in whole quarters of a tile."""
    first, (width, height) = tilemap.tiles[0], tilemap.tile_size
    return (
        round((tile.centre_x - first.centre_x) / width * QUARTERS),
        round((tile.centre_y - first.centre_y) / height * QUARTERS),
    )
