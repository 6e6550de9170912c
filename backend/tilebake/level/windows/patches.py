"""Find where a map differs from the one that a picture was painted of: the patches to paint anew in it.

The result depends on the two maps alone, not on how one became the other, so that undoing an edit gives the
old picture, and two edits in either order the same one.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.map.blocks import box_of_block, changed_blocks
from tilebake.level.map.crop import crop
from tilebake.level.map.grid import Bounds
from tilebake.level.masks.blend_schedule import blend_steps, softest_mask
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Extent, canvas_over, extent_of
from tilebake.level.windows.window_masks import REACH, masks_of_window

NEW_BORDER: Final = 3  # latent pixels painted anew around those whose masks changed
CONTEXT: Final = 16  # latent pixels of the old picture around a patch that it is fitted into
SIDE_STEP: Final = 8  # latent pixels: sides of a patch are multiples, which every UNet takes
SMALLEST_SIDE: Final = 64  # latent pixels
MOST_CHANGED: Final = 0.25  # share of the picture, above which all of it is painted anew

Site = tuple[float, float, str, float]
Mask = NDArray[np.bool_]


class Patch(NamedTuple):
    """Hold a part of the world that is painted, and which of its latent pixels are new."""

    extent: Extent
    is_new: Mask  # [h, w]

    @property
    def new_extent(self) -> Extent:
        """The part of the world whose latents are new."""
        rows, columns = (np.flatnonzero(self.is_new.any(axis=axis)) for axis in (1, 0))
        left, top = self.extent.left, self.extent.top
        return Extent(
            left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1
        )


def find_patches(anchor: TileMap, tilemap: TileMap, settings: BakeSettings) -> tuple[Patch, ...] | None:
    """Return the patches that turn a picture of `anchor` into one of `tilemap`; none where nothing shows.

    Returns None where the picture has to be painted anew: its place or size changed, or much of it, or it
    wraps, for a patch knows nothing of the other side.
    """
    if (anchor.bounds, anchor.tile_size, anchor.grid) != (tilemap.bounds, tilemap.tile_size, tilemap.grid):
        return None
    if tilemap.wrap is not None:
        return None
    world = extent_of(canvas_of(tilemap, settings))
    boxes = _changed_boxes(anchor, tilemap, settings)
    if boxes is None:
        return None
    found = [_patch(anchor, tilemap, settings, box, world) for box in boxes]
    patches = tuple(patch for patch in found if patch is not None)
    area = sum(np.prod(patch.extent.size) for patch in patches)
    return None if area > MOST_CHANGED * np.prod(world.size) else patches


def _changed_boxes(anchor: TileMap, tilemap: TileMap, settings: BakeSettings) -> Sequence[Extent] | None:
    """Return boxes around tiles that differ, with all that their masks reach; those that are close as one."""
    changed: set[Site] = set()
    for block in changed_blocks(anchor, tilemap):
        box = box_of_block(block, tilemap.tile_size)
        changed |= _sites(anchor, box) ^ _sites(tilemap, box)
        if len(changed) > MOST_CHANGED * max(len(tilemap.tiles), 1) * 2:
            return None
    canvas = canvas_of(tilemap, settings)
    scale = canvas.scale / LATENT
    reach = REACH * softest_mask(settings, tilemap.grid, tilemap.tile_size)
    places = sorted({(x * scale, y * scale) for x, y, _, _ in changed})
    boxes = [
        Extent(*(int(each) for each in (x - reach, y - reach, x + reach + 1, y + reach + 1)))
        for x, y in places
    ]
    return _join(boxes)


def _join(boxes: Sequence[Extent]) -> Sequence[Extent]:
    """Join boxes that meet until none does."""
    apart: list[Extent] = []
    for box in boxes:
        joined = box
        while meeting := [other for other in apart if other.meets(joined)]:
            apart = [other for other in apart if not other.meets(joined)]
            joined = _around([joined, *meeting])
        apart.append(joined)
    return sorted(apart)


def _around(boxes: Sequence[Extent]) -> Extent:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Extent(min(lefts), min(tops), max(rights), max(bottoms))


def _sites(tilemap: TileMap, box: Bounds) -> set[Site]:
    """Return all that puts down a Gaussian in a box."""
    part = crop(tilemap, box)
    weights = {terrain.name: terrain.weight for terrain in part.terrains}
    tiles = {
        (tile.centre_x, tile.centre_y, tile.terrain, tile.weight * weights[tile.terrain])
        for tile in part.tiles
    }
    return tiles | {(x, y, "", 1.0) for x, y in part.empty}


def _patch(
    anchor: TileMap, tilemap: TileMap, settings: BakeSettings, box: Extent, world: Extent
) -> Patch | None:
    """Return the patch of one box, or None if no mask differs in it."""
    box = box.within(world)
    differs = np.pad(_differs(anchor, tilemap, settings, box), NEW_BORDER)
    if not differs.any():
        return None
    area = box.grow(NEW_BORDER)
    is_new = _dilate(differs, NEW_BORDER)
    patch = Patch(area, is_new)
    extent = _fit(patch.new_extent.within(world).grow(CONTEXT), world)
    whole = np.zeros(extent.size, bool)
    common = area.within(extent)
    whole[common.slices(extent)] = is_new[common.slices(area)]
    return Patch(extent, whole)


def _differs(anchor: TileMap, tilemap: TileMap, settings: BakeSettings, box: Extent) -> Mask:
    """Tell where any rounded share of two maps differs: [h, w]."""
    canvas = canvas_over(box, canvas_of(tilemap, settings).scale)
    blends = blend_steps(settings, tilemap.grid, tilemap.tile_size, settings.steps or 1)
    sigmas = dict.fromkeys(blend.mask_sigma for blend in blends)
    before, after = (masks_of_window(each, canvas, settings, sigmas) for each in (anchor, tilemap))
    names = {terrain.name for terrain in (*before.terrains, *after.terrains)}
    differs = np.zeros(box.size, bool)
    for sigma in sigmas:
        for name in (*names, None):
            differs |= before.shades_of(name, sigma) != after.shades_of(name, sigma)
    return differs


def _dilate(mask: Mask, by: int) -> Mask:
    """Grow what is true by so many pixels along both axes."""
    grown = mask.copy()
    for _ in range(by):
        grown[1:] |= grown[:-1].copy()
        grown[:-1] |= grown[1:].copy()
        grown[:, 1:] |= grown[:, :-1].copy()
        grown[:, :-1] |= grown[:, 1:].copy()
    return grown


def _fit(extent: Extent, world: Extent) -> Extent:
    """Return an extent around another, of sides that a UNet takes, within the world where that is larger."""
    left, right = _fit_along(extent.left, extent.right, world.left, world.right)
    top, bottom = _fit_along(extent.top, extent.bottom, world.top, world.bottom)
    return Extent(left, top, right, bottom)


def _fit_along(start: int, end: int, first: int, last: int) -> tuple[int, int]:
    length = max(SMALLEST_SIDE, -(-(end - start) // SIDE_STEP) * SIDE_STEP)
    if length >= last - first:
        return first, last
    start = min(max(start - (length - (end - start)) // 2, first), last - length)
    return start, start + length
