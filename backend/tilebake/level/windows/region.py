"""Say which part of a map a rectangle of tiles is."""

from tilebake.errors import Location, MapError
from tilebake.level.map.grid import Bounds
from tilebake.level.tilemap import TileMap


def region_of(tilemap: TileMap, tiles: Bounds) -> Bounds:
    """Return the part of a map, in map pixels, that a rectangle of tiles shows: as much of it as there is.

    Tiles are counted from the world's origin by their size, whatever the grid. Raises MapError for a
    rectangle beside the map.
    """
    width, height = tilemap.tile_size
    bounds = tilemap.bounds
    left, top = max(bounds.x, tiles.x * width), max(bounds.y, tiles.y * height)
    right = min(bounds.x + bounds.width, (tiles.x + tiles.width) * width)
    bottom = min(bounds.y + bounds.height, (tiles.y + tiles.height) * height)
    if right <= left or bottom <= top:
        what = f"the region {_spell(tiles)} shows nothing of the map"
        own = Bounds(bounds.x / width, bounds.y / height, bounds.width / width, bounds.height / height)
        raise MapError(what, where=Location(tilemap.path), hint=f"the whole map is {_spell(own)}")
    return Bounds(left, top, right - left, bottom - top)


def _spell(tiles: Bounds) -> str:
    return ",".join(f"{each:g}" for each in tiles)
