"""Choose the canvas: the picture that is denoised, and where it lies in the world."""

from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from tilebake.errors import Location, MapError
from tilebake.level.map.stray_tiles import or_without_strays

if TYPE_CHECKING:
    from tilebake.level.tilemap import TileMap

LATENT: Final = 8  # canvas pixels along a latent pixel: SDXL's VAE
LONGEST_SIDE = 4096  # canvas pixels; larger maps need windows
LARGEST_AREA = 8 * 2**20  # canvas pixels
SMALLEST_TILE = 4  # canvas pixels: the least that pixels_per_tile may be
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


def canvas_for(tilemap: "TileMap", pixels_per_tile: int) -> Canvas:
    """Return the canvas that covers a map when its tiles are painted `pixels_per_tile` wide.

    Raises MapError when it would be too large to denoise in one piece.
    """
    bounds = tilemap.bounds
    scale = pixels_per_tile / tilemap.tile_size[0]
    if not _fits(bounds.width * scale, bounds.height * scale):
        raise _too_large(tilemap, scale)
    left, top = bounds.x * scale / LATENT, bounds.y * scale / LATENT
    right, bottom = left + bounds.width * scale / LATENT, top + bounds.height * scale / LATENT
    origin_x, origin_y = floor(left + LATTICE_TOLERANCE), floor(top + LATTICE_TOLERANCE)
    columns = max(1, ceil(right - LATTICE_TOLERANCE) - origin_x)
    rows = max(1, ceil(bottom - LATTICE_TOLERANCE) - origin_y)
    return Canvas(columns * LATENT, rows * LATENT, scale, origin_x, origin_y)


def map_box(tilemap: "TileMap", canvas: Canvas) -> tuple[float, float, float, float]:
    """Return the map's bounds on its canvas: left, top, right, bottom in canvas pixels."""
    bounds = tilemap.bounds
    left = bounds.x * canvas.scale - canvas.origin_x * LATENT
    top = bounds.y * canvas.scale - canvas.origin_y * LATENT
    return left, top, left + bounds.width * canvas.scale, top + bounds.height * canvas.scale


def _fits(width: float, height: float) -> bool:
    return max(width, height) <= LONGEST_SIDE and width * height <= LARGEST_AREA


def _too_large(tilemap: "TileMap", scale: float) -> MapError:
    bounds, tile_width = tilemap.bounds, tilemap.tile_size[0]
    largest_scale = min(
        LONGEST_SIDE / max(bounds.width, bounds.height),
        sqrt(LARGEST_AREA) / sqrt(bounds.width) / sqrt(bounds.height),
    )
    fitting = floor(largest_scale * tile_width)
    lower = f"lower pixels_per_tile to {fitting} or less" if fitting >= SMALLEST_TILE else "split the map"
    return MapError(
        f"the canvas would be {bounds.width * scale:,.0f} by {bounds.height * scale:,.0f} pixels; at most "
        f"{LONGEST_SIDE:,} along a side and {LARGEST_AREA:,} in all can be painted in one piece",
        where=Location(tilemap.path),
        hint=or_without_strays(tilemap.tiles, lower),
    )
