"""Make the picture of a part of the world piece by piece, in memory that does not grow with the part.

Pieces lie on a fixed lattice, and each is scaled and coloured alone, with a border as wide as what its pixels
depend on.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.masks.blend_schedule import blend_steps
from tilebake.level.windows.lattice import Extent, canvas_over
from tilebake.level.windows.picture_grid import PictureGrid, picture_grid
from tilebake.level.windows.window_masks import masks_of_window
from tilebake.paint.model.load import Components
from tilebake.paint.picture import finish
from tilebake.paint.windows.decode_pieces import PieceDecoder, WindowLatents, depends_on, sees
from tilebake.paint.windows.frozen_norms import FrozenStatistics, freeze_norms
from tilebake.paint.windows.store import Picture
from tilebake.paint.windows.world import World


class OldPicture(NamedTuple):
    """Hold a picture that was another world's, and what tells where that world had the same latents."""

    picture: Picture
    is_old: Callable[[Extent], bool]


def paint_picture(
    components: Components,
    world: World,
    windows: WindowLatents,
    shown: Extent,
    statistics: FrozenStatistics,
    before: OldPicture | None = None,
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Make the picture [h, w, 3 or 4] of some of its pixels, with the fallbacks that it needed.

    With the picture that they had `before`, only pieces that changed are made. Raises BakeError as
    `decode_image` does.
    """
    grid = picture_grid(world.request.tilemap, world.request.settings)
    whole = grid.pixels(world.request.tilemap.bounds)
    picture = np.zeros(shape_of_picture(world, shown), np.uint8) if before is None else before.picture.copy()
    with freeze_norms(components.vae.decoder, statistics):
        decoder = PieceDecoder(components, windows, world.lattice.world, world.lattice.periods)
        for piece in (each.within(whole) for each in grid.pieces(shown)):
            seen = grid.latents(piece).within(world.lattice.world)
            if before is not None and before.is_old(depends_on(components.vae, seen)):
                continue
            finished = _finish(world, grid, decoder.decode(seen), piece, seen)
            common = piece.within(shown)
            picture[common.slices(shown)] = finished[common.slices(piece)]
    return picture, decoder.degraded


def shape_of_picture(world: World, shown: Extent) -> tuple[int, int, int]:
    """Return the shape of the picture of some pixels: [h, w, 3 or 4]."""
    return (*shown.size, 4 if world.request.settings.transparent else 3)


def latents_of_picture(components: Components, world: World, shown: Extent) -> Extent:
    """Return the part of the world whose windows some pixels of its picture show."""
    seen = sees(components.vae, _latents_under(world, shown), world.lattice.periods)
    return seen.within(world.lattice.world)


def missing_latents(
    components: Components, world: World, windows: WindowLatents, shown: Extent
) -> Iterator[Extent]:
    """Yield the parts of the world whose windows have to be there for some pixels of its picture.

    Nothing is needed where the pieces that were decoded of them are kept, as on a cluster, where others
    decoded them, or where a store had no room for windows and pieces both.
    """
    decoder = PieceDecoder(components, windows, world.lattice.world, world.lattice.periods)
    return decoder.missing(_latents_under(world, shown).within(world.lattice.world))


def _latents_under(world: World, shown: Extent) -> Extent:
    """Return the latents under the whole pieces of a picture that show some of its pixels."""
    grid = picture_grid(world.request.tilemap, world.request.settings)
    return grid.latents(grid.whole_pieces(shown).within(grid.pixels(world.request.tilemap.bounds)))


def _finish(
    world: World, grid: PictureGrid, decoded: NDArray[np.float32], piece: Extent, seen: Extent
) -> NDArray[np.uint8]:
    """Scale and colour one piece as the settings ask for."""
    tilemap, settings = world.request.tilemap, world.request.settings
    canvas = canvas_over(seen, world.scale)
    sigma = blend_steps(settings, tilemap.grid, tilemap.tile_size, world.sampling.steps)[-1].mask_sigma
    masks = masks_of_window(tilemap, canvas, settings, [sigma]).regions()[sigma]
    height, width = piece.size
    picture = finish(decoded, masks.empty, settings, grid.box(piece, canvas), (width, height), grid.block)
    return picture if world.own is None else world.own.keep_in(picture, piece, grid)
