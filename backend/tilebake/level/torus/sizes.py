"""Refuse sizes at which a map cannot wrap or a TileSet cannot be cut into tiles, and name those that can."""

from typing import TYPE_CHECKING, Final, NamedTuple

from tilebake.errors import Location, MapError
from tilebake.level.output import art_block
from tilebake.level.torus.wrap import PERIOD, axes_of, is_period, name_nearest

if TYPE_CHECKING:
    from tilebake.level.settings import BakeSettings
    from tilebake.level.tilemap import TileMap

_LATENT: Final = 8  # canvas pixels along a latent pixel
_NARROWEST: Final = 8  # canvas pixels a tile, below which a hint names no size
_WIDEST: Final = 256  # canvas pixels a tile: the most that pixels_per_tile may be
_MORE_TILES: Final = 64  # by which the nearest number of tiles that can wrap is looked for


class _Side(NamedTuple):
    """Describe a side of a map along which it wraps."""

    name: str
    tiles: int
    length: float  # map pixels


def can_wrap(tilemap: "TileMap", pixels_per_tile: int) -> bool:
    """Tell whether a map can wrap with its tiles painted so wide; one that does not wrap can always.

    Tiles of a TileSet are whole latent pixels wide, so that all edges lie alike.
    """
    if tilemap.corners and pixels_per_tile % _LATENT:
        return False
    scale = pixels_per_tile / tilemap.tile_size[0]
    return all(is_period(side.length * scale) for side in _sides(tilemap))


def refuse_unwrappable(tilemap: "TileMap", pixels_per_tile: int) -> None:
    """Raise MapError where a map cannot wrap with its tiles painted so wide, and name sizes that can."""
    scale = pixels_per_tile / tilemap.tile_size[0]
    for side in _sides(tilemap):
        if not is_period(side.length * scale):
            what = (
                f"the map is {side.tiles} tiles {side.name}, which are painted over "
                f"{side.length * scale:g} pixels; what wraps has to be a multiple of {PERIOD}"
            )
            hint = _mend(tilemap, side, pixels_per_tile)
            raise MapError(what, where=Location(tilemap.path), hint=hint)


def refuse_unfit_tiles(tilemap: "TileMap", settings: "BakeSettings") -> None:
    """Raise MapError for a TileSet whose tiles cannot be cut out at whole pixels, or whose edges differ."""
    if not tilemap.corners:
        return
    painted = settings.pixels_per_tile or _LATENT
    width = painted if settings.keep_resolution else tilemap.tile_size[0]
    block = art_block(width, settings.art_pixels_per_tile)
    where = Location(tilemap.path)
    if painted % _LATENT:
        what = f"tiles of a set are painted {painted} pixels wide, which is no multiple of {_LATENT}"
        raise MapError(what, where=where, hint="set pixels_per_tile to 64, or another multiple of 32")
    if width % (2 * block):
        what = f"a tile of the set has {width / block:g} pixels along a side, which has to be an even number"
        hint = f"make tile_size a multiple of {2 * block}" if block > 1 else "make tile_size an even number"
        raise MapError(what, where=where, hint=hint)


def _sides(tilemap: "TileMap") -> list[_Side]:
    axes, bounds = axes_of(tilemap.wrap), tilemap.bounds
    width, height = tilemap.tile_size
    sides = [_Side("wide", round(bounds.width / width), bounds.width)] if axes.x else []
    return sides + ([_Side("high", round(bounds.height / height), bounds.height)] if axes.y else [])


def _mend(tilemap: "TileMap", side: _Side, pixels_per_tile: int) -> str:
    tile = side.length / side.tiles * pixels_per_tile / tilemap.tile_size[0]
    most = side.tiles + _MORE_TILES
    tiles = name_nearest(side.tiles, lambda count: is_period(count * tile), 1, most)
    widths = name_nearest(pixels_per_tile, lambda width: can_wrap(tilemap, width), _NARROWEST, _WIDEST)
    ways = [f"make it {tiles} tiles {side.name}"] if tiles and not tilemap.corners else []
    ways += [f"set pixels_per_tile to {widths}"] if widths else []
    return ", or ".join(ways) or "make its tiles another size"
