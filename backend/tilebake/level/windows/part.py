"""Cut a part out of a map with all that its picture depends on, so that nothing else changes its digest."""

from math import ceil, floor
from typing import Final

from tilebake.level.canvas import LATENT
from tilebake.level.map.crop import crop
from tilebake.level.map.grid import Bounds
from tilebake.level.masks.blend_schedule import softest_mask
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import OVERLAP_SHARE, Extent
from tilebake.level.windows.picture_grid import picture_grid
from tilebake.level.windows.window_masks import BOOSTED, REACH

PIECE_SIDE: Final = 128  # latent pixels along a piece that is decoded at once
SEAM: Final = 4  # latent pixels on both sides of a border of pieces over which they blend, where they must
FARTHEST: Final = 32  # latent pixels around a piece that its pixels depend on, at most


def part_around(tilemap: TileMap, settings: BakeSettings, region: Bounds) -> TileMap:
    """Return the part of a map that the picture of a region depends on, when it is painted in windows.

    Its bounds end there too, unless the map does before. `window` and `rounds` of the settings are decided.
    """
    grid = picture_grid(tilemap, settings)
    latents = grid.latents(grid.whole_pieces(grid.pixels(region)))
    seen = around_pieces(latents).grow(reach_of_windows(settings))
    bounds = _common(_in_map_pixels(seen, LATENT / grid.canvas_scale), tilemap.bounds)
    softest = softest_mask(settings, tilemap.grid, tilemap.tile_size)
    margin = BOOSTED * REACH * softest * LATENT / grid.canvas_scale
    return crop(tilemap, _grow(bounds, margin), bounds)


def around_pieces(latents: Extent, seam: int = SEAM, halo: int = FARTHEST) -> Extent:
    """Return the latent pixels that some depend on when they are decoded: of whole pieces, with a border."""
    near = latents.grow(seam)
    pieces = Extent(
        near.left // PIECE_SIDE * PIECE_SIDE,
        near.top // PIECE_SIDE * PIECE_SIDE,
        -(-near.right // PIECE_SIDE) * PIECE_SIDE,
        -(-near.bottom // PIECE_SIDE) * PIECE_SIDE,
    )
    return pieces.grow(seam + halo)


def reach_of_windows(settings: BakeSettings) -> int:
    """Return how many latent pixels beyond a place windows lie that its latents depend on.

    A window that shows the place ends a side beyond it, and meets others a stride further in each round but
    the first. One more side, and the lattice has all of them wherever the part ends.
    """
    assert settings.window is not None, "the window is decided"
    assert settings.rounds is not None, "the rounds are decided"
    side = settings.window // LATENT
    stride = side - side // OVERLAP_SHARE
    return 2 * side + (settings.rounds - 1) * stride


def _in_map_pixels(extent: Extent, per_latent: float) -> Bounds:
    """Return whole map pixels that hold an extent: equal numbers wherever the part begins."""
    left, top = floor(extent.left * per_latent), floor(extent.top * per_latent)
    right, bottom = ceil(extent.right * per_latent), ceil(extent.bottom * per_latent)
    return Bounds(left, top, right - left, bottom - top)


def _grow(bounds: Bounds, margin: float) -> Bounds:
    return Bounds(bounds.x - margin, bounds.y - margin, bounds.width + 2 * margin, bounds.height + 2 * margin)


def _common(first: Bounds, second: Bounds) -> Bounds:
    left, top = max(first.x, second.x), max(first.y, second.y)
    right = min(first.x + first.width, second.x + second.width)
    bottom = min(first.y + first.height, second.y + second.height)
    return Bounds(left, top, right - left, bottom - top)
