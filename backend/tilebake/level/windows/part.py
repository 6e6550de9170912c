"""Cut a part out of a map with all that its picture depends on, so that nothing else changes its digest."""

from math import ceil, floor
from typing import Final

from tilebake.level.canvas import LATENT, Canvas, width_of_tile
from tilebake.level.map.crop import crop
from tilebake.level.map.grid import Bounds
from tilebake.level.masks.blend_schedule import softest_mask
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import OVERLAP_SHARE, Extent, canvas_over
from tilebake.level.windows.window_masks import BOOSTED, REACH

PIECE_SIDE: Final = 128  # latent pixels along a piece that is decoded at once
SEAM: Final = 4  # latent pixels on both sides of a border of pieces over which they blend, where they must
FARTHEST: Final = 32  # latent pixels around a piece that its pixels depend on, at most
FILTER_REACH: Final = 8  # latent pixels beyond a part that the filter sees that scales its picture


def part_around(tilemap: TileMap, settings: BakeSettings, region: Bounds) -> TileMap:
    """Return the part of a map that the picture of a region depends on, when it is painted in windows.

    Its bounds end there too, unless the map does before. `window` and `rounds` of the settings are decided.
    """
    assert settings.window is not None, "the window is decided"
    assert settings.rounds is not None, "the rounds are decided"
    side = settings.window // LATENT
    stride = side - side // OVERLAP_SHARE
    windows = max(side + (settings.rounds - 1) * stride, PIECE_SIDE + FARTHEST) + side
    per_latent = LATENT * tilemap.tile_size[0] / width_of_tile(settings, tilemap.tile_size)
    bounds = _common(_grown(region, windows * per_latent), tilemap.bounds)
    return crop(
        tilemap,
        _grown(
            bounds, BOOSTED * REACH * softest_mask(settings, tilemap.grid, tilemap.tile_size) * per_latent
        ),
        bounds,
    )


def extent_around(region: Bounds, canvas: Canvas) -> Extent:
    """Return the part of a map's canvas that the picture of a region is scaled from."""
    per_map_pixel = canvas.scale / LATENT
    height, width = canvas.latent_size
    whole = Extent(canvas.origin_x, canvas.origin_y, canvas.origin_x + width, canvas.origin_y + height)
    shown = Extent(
        floor(region.x * per_map_pixel),
        floor(region.y * per_map_pixel),
        ceil((region.x + region.width) * per_map_pixel),
        ceil((region.y + region.height) * per_map_pixel),
    )
    return shown.grown(FILTER_REACH).within(whole)


def canvas_around(region: Bounds, canvas: Canvas) -> Canvas:
    """Return the canvas of a region of a map: the part of the map's canvas that its picture needs."""
    return canvas_over(extent_around(region, canvas), canvas.scale)


def _grown(bounds: Bounds, margin: float) -> Bounds:
    return Bounds(bounds.x - margin, bounds.y - margin, bounds.width + 2 * margin, bounds.height + 2 * margin)


def _common(first: Bounds, second: Bounds) -> Bounds:
    left, top = max(first.x, second.x), max(first.y, second.y)
    right = min(first.x + first.width, second.x + second.width)
    bottom = min(first.y + first.height, second.y + second.height)
    return Bounds(left, top, right - left, bottom - top)
