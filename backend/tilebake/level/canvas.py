"""Choose the canvas: the picture that is denoised, and where it lies in the world."""

from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from tilebake.errors import Location, MapError
from tilebake.level.map.stray_tiles import or_without_strays
from tilebake.level.torus.sizes import can_wrap, refuse_unwrappable
from tilebake.level.torus.wrap import axes_of

if TYPE_CHECKING:
    from tilebake.level.settings import BakeSettings
    from tilebake.level.tilemap import TileMap

LATENT: Final = 8  # canvas pixels along a latent pixel: SDXL's VAE
LONGEST_SIDE = 4096  # canvas pixels that are denoised in one piece
LARGEST_AREA = 8 * 2**20  # canvas pixels
LARGEST_WHOLE: Final = 2**20  # canvas pixels: larger maps are painted in windows, if no setting says other
SMALLEST_TILE = 4  # canvas pixels: the least that pixels_per_tile may be
LATENT_HALVES: Final = LATENT // 2  # canvas pixels: a tile that is a multiple ends on half a latent pixel
PAINTED_WIDTHS: Final = ((8, 32), (24, 48))  # tiles up to a width in the game, and how wide they are painted
USUAL_WIDTH: Final = 64  # how wide all others are: what the embedded model was trained on
FLAT: Final = 0.75  # height by width below which a tile is flat, and has few pixels at any width
LATTICE_TOLERANCE = 1e-6  # latent pixels: rounding errors smaller than this do not add a row to the canvas


class Canvas(NamedTuple):
    """Describe the picture that is denoised: its size and its place in the world.

    Its corner is a whole pixel of the world's latent lattice, so that noise belongs to a place, not to a map.
    """

    width: int  # canvas pixels, a multiple of 8
    height: int  # canvas pixels, a multiple of 8
    scale: float  # canvas pixels per map pixel
    origin_x: int  # absolute latent pixel of the left edge
    origin_y: int  # absolute latent pixel of the upper edge

    @property
    def latent_size(self) -> tuple[int, int]:
        """Height and width in latent pixels."""
        return self.height // LATENT, self.width // LATENT


def default_pixels_per_tile(tile_size: tuple[int, int]) -> int:
    """Return how wide tiles of a size in the game are painted unless a setting says so."""
    width, height = tile_size
    if height < FLAT * width:
        return USUAL_WIDTH
    return next((painted for size, painted in PAINTED_WIDTHS if width <= size), USUAL_WIDTH)


def width_of_tile(settings: "BakeSettings", tile_size: tuple[int, int]) -> int:
    """Return how wide a tile is painted, in canvas pixels."""
    return settings.pixels_per_tile or default_pixels_per_tile(tile_size)


def canvas_of(tilemap: "TileMap", settings: "BakeSettings") -> Canvas:
    """Return the canvas of a map under its settings, denoised in one piece or in windows.

    Raises MapError where it would be too large for one piece, and has to be one, and where it cannot wrap.
    """
    width = width_of_tile(settings, tilemap.tile_size)
    if in_windows(tilemap, settings):
        _refuse_set_in_windows(tilemap)
        refuse_unwrappable(tilemap, width)
        return canvas_over_bounds(tilemap, width)
    return canvas_for(tilemap, width)


def in_windows(tilemap: "TileMap", settings: "BakeSettings") -> bool:
    """Tell whether a map is painted in windows under its settings."""
    if settings.windows != "auto" or tilemap.tile_set is not None:
        return settings.windows == "always"
    width, height = canvas_size(tilemap, width_of_tile(settings, tilemap.tile_size))
    return width * height > LARGEST_WHOLE or max(width, height) > LONGEST_SIDE


def canvas_for(tilemap: "TileMap", pixels_per_tile: int) -> Canvas:
    """Return the canvas that covers a map when its tiles are painted `pixels_per_tile` wide.

    Raises MapError when it would be too large to denoise in one piece, or cannot wrap.
    """
    refuse_unwrappable(tilemap, pixels_per_tile)
    if not is_paintable(tilemap, pixels_per_tile):
        raise _too_large(tilemap, pixels_per_tile)
    return canvas_over_bounds(tilemap, pixels_per_tile)


def canvas_over_bounds(tilemap: "TileMap", pixels_per_tile: int) -> Canvas:
    """Return the canvas that covers a map's bounds, however large."""
    bounds = tilemap.bounds
    scale = pixels_per_tile / tilemap.tile_size[0]
    left, top = bounds.x * scale / LATENT, bounds.y * scale / LATENT
    right, bottom = left + bounds.width * scale / LATENT, top + bounds.height * scale / LATENT
    origin_x, origin_y = floor(left + LATTICE_TOLERANCE), floor(top + LATTICE_TOLERANCE)
    columns = max(1, ceil(right - LATTICE_TOLERANCE) - origin_x)
    rows = max(1, ceil(bottom - LATTICE_TOLERANCE) - origin_y)
    wraps = axes_of(tilemap.wrap)  # there the canvas is one period, wherever that begins
    columns = round(right - left) if wraps.x else columns
    rows = round(bottom - top) if wraps.y else rows
    return Canvas(columns * LATENT, rows * LATENT, scale, origin_x, origin_y)


def largest_fitting(tilemap: "TileMap") -> int:
    """Return the largest pixels_per_tile whose canvas fits, a multiple of half a latent pixel; 0 is none."""
    widths = range(_largest_fitting(tilemap) // LATENT_HALVES * LATENT_HALVES, 0, -LATENT_HALVES)
    return next((width for width in widths if can_wrap(tilemap, width)), 0)


def canvas_size(tilemap: "TileMap", pixels_per_tile: int) -> tuple[float, float]:
    """Return the width and height of a map in canvas pixels, before they are rounded to latents."""
    scale = pixels_per_tile / tilemap.tile_size[0]
    return tilemap.bounds.width * scale, tilemap.bounds.height * scale


def is_paintable(tilemap: "TileMap", pixels_per_tile: int) -> bool:
    """Tell whether a map's canvas can be denoised in one piece at this size of a tile."""
    return _fits(*canvas_size(tilemap, pixels_per_tile))


def map_box(tilemap: "TileMap", canvas: Canvas) -> tuple[float, float, float, float]:
    """Return the map's bounds on its canvas: left, top, right, bottom in canvas pixels."""
    bounds = tilemap.bounds
    left = bounds.x * canvas.scale - canvas.origin_x * LATENT
    top = bounds.y * canvas.scale - canvas.origin_y * LATENT
    return left, top, left + bounds.width * canvas.scale, top + bounds.height * canvas.scale


def _fits(width: float, height: float) -> bool:
    return max(width, height) <= LONGEST_SIDE and width * height <= LARGEST_AREA


def _largest_fitting(tilemap: "TileMap") -> int:
    bounds = tilemap.bounds
    largest_scale = min(
        LONGEST_SIDE / max(bounds.width, bounds.height),
        sqrt(LARGEST_AREA) / sqrt(bounds.width) / sqrt(bounds.height),
    )
    return floor(largest_scale * tilemap.tile_size[0])


def _too_large(tilemap: "TileMap", pixels_per_tile: int) -> MapError:
    fitting = _largest_fitting(tilemap)
    lower = f"lower pixels_per_tile to {fitting} or less" if fitting >= SMALLEST_TILE else "split the map"
    return MapError(
        describe_too_large(tilemap, pixels_per_tile),
        where=Location(tilemap.path),
        hint=or_without_strays(tilemap.tiles, lower),
    )


def _refuse_set_in_windows(tilemap: "TileMap") -> None:
    if tilemap.tile_set is not None:
        what = "a TileSet is painted in one piece, and this one in windows"
        hint = 'set "windows" to "auto", or take the set out of its world'
        raise MapError(what, where=Location(tilemap.path), hint=hint)


def describe_too_large(tilemap: "TileMap", pixels_per_tile: int) -> str:
    """Say how large the canvas would be, and what can be painted in one piece."""
    width, height = canvas_size(tilemap, pixels_per_tile)
    return (
        f"the canvas would be {width:,.0f} by {height:,.0f} pixels; at most "
        f"{LONGEST_SIDE:,} along a side and {LARGEST_AREA:,} in all can be painted in one piece"
    )
