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
    if tilemap.tile_set and pixels_per_tile % _LATENT:
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


def settings_of_cells(tilemap: "TileMap", settings: "BakeSettings") -> "BakeSettings":
    """Return settings in which what is said of a tile of a set holds for a cell of its map.

    Raises MapError for what cannot be shared out among a tile's cells.
    """
    cells = cells_along_tile(tilemap)
    shared: dict[str, int] = {}
    for name in ("pixels_per_tile", "art_pixels_per_tile"):
        value: int | None = getattr(settings, name)
        if value is not None and cells > 1:
            if value % cells:
                what = f"{name} is {value}, which is odd: a tile of a blob is laid of two by two cells"
                raise MapError(what, where=Location(tilemap.path), hint=f"make it {value + 1}")
            shared[name] = value // cells
    return settings.model_copy(update=shared)


def cells_along_tile(tilemap: "TileMap") -> int:
    """Return how many cells of the map a tile has along a side: one, but in some TileSets."""
    return tilemap.tile_set.cells_along_tile if tilemap.tile_set else 1


def refuse_unfit_tiles(tilemap: "TileMap", settings: "BakeSettings") -> None:
    """Raise MapError for a TileSet whose tiles cannot be cut out at whole pixels, or whose edges differ."""
    if tilemap.tile_set is None:
        return
    cells = cells_along_tile(tilemap)
    painted = settings.pixels_per_tile or _LATENT
    width = painted if settings.keep_resolution else tilemap.tile_size[0]
    block = art_block(width, settings.art_pixels_per_tile)
    where = Location(tilemap.path)
    if painted % _LATENT:
        multiple = _LATENT * cells
        what = f"tiles of a set are painted {painted * cells} pixels wide, which is no multiple of {multiple}"
        raise MapError(what, where=where, hint="set pixels_per_tile to 64, or another multiple of 32")
    if width % (2 * block):
        along, wanted = f"{width * cells / block:g}", "an even number" if cells == 1 else "a multiple of 4"
        what = f"a tile of the set has {along} pixels along a side, which has to be {wanted}"
        multiple = 2 * block * cells
        hint = f"make tile_size a multiple of {multiple}" if multiple > 2 else "make tile_size an even number"
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
    ways = [f"make it {tiles} tiles {side.name}"] if tiles and not tilemap.tile_set else []
    ways += [f"set pixels_per_tile to {widths}"] if widths else []
    return ", or ".join(ways) or "make its tiles another size"
