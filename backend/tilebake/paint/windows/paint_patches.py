"""Patch the picture of one map into that of another: only what differs is painted, decoded and replaced."""

from collections.abc import Callable, Sequence
from math import ceil, floor

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT
from tilebake.level.map.grid import Bounds
from tilebake.level.windows.lattice import Extent, extent_of
from tilebake.level.windows.part import FILTER_REACH
from tilebake.level.windows.patches import Patch
from tilebake.paint.decode import decode_image
from tilebake.paint.model.load import Components
from tilebake.paint.scene import Scene
from tilebake.paint.windows.decode_pieces import field_of_view
from tilebake.paint.windows.frozen_norms import FrozenStatistics, freeze_norms
from tilebake.paint.windows.patch_painter import PatchedWorld
from tilebake.request import BakeRequest

Pixels = NDArray[np.uint8]


def surroundings(patch: Patch, request: BakeRequest, reach: int) -> Bounds:
    """Return what a patch may change of a picture, in map pixels: whole tiles around what is new.

    A decoder's pixel sees `reach` latent pixels far, and the filter that scales the picture some more.
    """
    tilemap = request.tilemap
    bounds, (width, height) = tilemap.bounds, tilemap.tile_size
    pixels_per_tile = request.settings.pixels_per_tile
    assert pixels_per_tile is not None, "the size of tiles is decided"
    per_latent = LATENT * width / pixels_per_tile
    seen = patch.changed.grown(reach + FILTER_REACH)
    left = floor((seen.left * per_latent - bounds.x) / width) * width
    top = floor((seen.top * per_latent - bounds.y) / height) * height
    right = ceil((seen.right * per_latent - bounds.x) / width) * width
    bottom = ceil((seen.bottom * per_latent - bounds.y) / height) * height
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, bounds.width), min(bottom, bounds.height)
    return Bounds(bounds.x + left, bounds.y + top, right - left, bottom - top)


def paste_patches(
    components: Components,
    request: BakeRequest,
    image: Pixels,
    world: PatchedWorld,
    patches: Sequence[Patch],
    scene_of: Callable[[Bounds], Scene],
    statistics: FrozenStatistics,
) -> tuple[Pixels, tuple[str, ...]]:
    """Replace the surroundings of each patch in a picture of the anchor, with the fallbacks it needed.

    `scene_of` makes the scene of a part of the map. Raises BakeError as `decode_image` does.
    """
    pasted, degraded = image.copy(), list[str]()
    scale = image.shape[1] / request.tilemap.bounds.width
    for patch in patches:
        region = surroundings(patch, request, field_of_view(components.vae))
        scene = scene_of(region)
        decoded, more = _decode(components, world, extent_of(scene.canvas), statistics)
        degraded += more
        pixels = scene.finish(decoded)
        left = round((region.x - request.tilemap.bounds.x) * scale)
        top = round((region.y - request.tilemap.bounds.y) * scale)
        pasted[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return pasted, tuple(dict.fromkeys(degraded))


def _decode(
    components: Components, world: PatchedWorld, part: Extent, statistics: FrozenStatistics
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    seen = part.grown(field_of_view(components.vae)).within(world.extent)
    with freeze_norms(components.vae.decoder, statistics):
        decoded, degraded = decode_image(components, torch.from_numpy(world.latents(seen))[None])
    rows, columns = part.slices(seen)
    return (
        decoded[
            rows.start * LATENT : rows.stop * LATENT,
            columns.start * LATENT : columns.stop * LATENT,
        ],
        degraded,
    )
