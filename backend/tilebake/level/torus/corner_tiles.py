"""Find a TileSet's arrangement again in the tiles of its map."""

from typing import TYPE_CHECKING

from tilebake.level.torus.corner_set import Arrangement

if TYPE_CHECKING:
    from tilebake.level.tilemap import TileMap


def arrangement_of(tilemap: "TileMap") -> Arrangement:
    """Return the terrains of a TileSet's corners, row by row, as indices into `tilemap.corners`."""
    tiles = tilemap.tiles
    columns = max(tiles.x) + 1
    index = [tilemap.corners.index(name) for name in tiles.names]
    terrains = [index[terrain] for terrain in tiles.terrain]
    return tuple(tuple(terrains[start : start + columns]) for start in range(0, len(terrains), columns))
