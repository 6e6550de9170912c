"""Cut a part out of a map with all that its picture depends on, so that nothing else changes its digest."""

from collections.abc import Iterator
from math import ceil, floor
from typing import Final

from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.map.grid import Bounds
from tilebake.level.masks.blend_schedule import softest_mask
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.unroll import crop_around
from tilebake.level.torus.wrap import NO_PERIODS, Periods, WrapAxes, axes_of, periods_of
from tilebake.level.windows.lattice import OVERLAP_SHARE, Extent
from tilebake.level.windows.picture_grid import picture_grid
from tilebake.level.windows.window_masks import BOOSTED, REACH

PIECE_SIDE: Final = 128  # latent pixels along a piece that is decoded at once
SEAM: Final = 4  # latent pixels on both sides of a border of pieces over which they blend, where they must
FARTHEST: Final = 32  # latent pixels around a piece that its pixels depend on, at most


def part_around(tilemap: TileMap, settings: BakeSettings, region: Bounds) -> TileMap:
    """Return the part of a map that the picture of a region depends on, when it is painted in windows.

    Its bounds end there too, unless the map does before, or wraps. `window` and `rounds` of the settings are
    decided.
    """
    grid = picture_grid(tilemap, settings)
    latents = grid.latents(grid.whole_pieces(grid.pixels(region)))
    periods = periods_of(axes_of(tilemap.wrap), canvas_of(tilemap, settings).latent_size)
    return surroundings(tilemap, settings, around_pieces(latents, periods=periods))


def surroundings(tilemap: TileMap, settings: BakeSettings, latents: Extent) -> TileMap:
    """Return the part of a map that windows over some latent pixels depend on; `part_around` says more."""
    per_latent = LATENT / picture_grid(tilemap, settings).canvas_scale
    seen = _in_map_pixels(latents.grow(reach_of_windows(settings)), per_latent)
    softest = softest_mask(settings, tilemap.grid, tilemap.tile_size)
    margin = BOOSTED * REACH * softest * per_latent
    axes, common = axes_of(tilemap.wrap), _common(seen, tilemap.bounds)
    box = _grow(_along(axes, seen, common), margin)
    return crop_around(tilemap, box, _along(axes, tilemap.bounds, common))


def around_pieces(
    latents: Extent, seam: int = SEAM, halo: int = FARTHEST, periods: Periods = NO_PERIODS
) -> Extent:
    """Return the latent pixels that some depend on when they are decoded: of whole pieces, with a border."""
    near = latents.grow(seam)
    columns = [*pieces_along(near.left, near.right, periods.across)]
    rows = [*pieces_along(near.top, near.bottom, periods.down)]
    return Extent(columns[0][0], rows[0][0], columns[-1][1], rows[-1][1]).grow(seam + halo)


def pieces_along(start: int, end: int, period: int = 0) -> Iterator[tuple[int, int]]:
    """Yield where each piece begins and ends that shows a latent pixel from `start` up to `end`, on one axis.

    Where the axis wraps, pieces lie alike in each period, and the last one ends with it.
    """
    turn = start // period * period if period else 0
    at = turn + (start - turn) // PIECE_SIDE * PIECE_SIDE
    while at < end:
        whole = at + PIECE_SIDE
        stop = min(whole, (at // period + 1) * period) if period else whole
        yield at, stop
        at = stop


def in_first_period(piece: Extent, periods: Periods) -> Extent:
    """Return the piece of the first period that shows the same as one that repeats."""
    across, down = periods
    return piece.move(
        -(piece.left // across * across) if across else 0, -(piece.top // down * down) if down else 0
    )


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


def _along(axes: WrapAxes, around: Bounds, plain: Bounds) -> Bounds:
    """Return a rectangle that is one of two along axes that wrap, and the other along those that do not."""
    across, down = around if axes.x else plain, around if axes.y else plain
    return Bounds(across.x, down.y, across.width, down.height)


def _grow(bounds: Bounds, margin: float) -> Bounds:
    return Bounds(bounds.x - margin, bounds.y - margin, bounds.width + 2 * margin, bounds.height + 2 * margin)


def _common(first: Bounds, second: Bounds) -> Bounds:
    left, top = max(first.x, second.x), max(first.y, second.y)
    right = min(first.x + first.width, second.x + second.width)
    bottom = min(first.y + first.height, second.y + second.height)
    return Bounds(left, top, right - left, bottom - top)
