"""Decode a part of the world in pieces that lie on a fixed lattice: in memory that does not grow with it.

The decoder's norms have fixed statistics, so a piece with a border as wide as the decoder's field of view is
decoded as it is within the whole.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.part import HALO, PIECE_SIDE
from tilebake.paint.decode import decode_image
from tilebake.paint.model.load import Components
from tilebake.paint.windows.frozen_norms import FrozenStatistics, freeze_norms
from tilebake.paint.windows.store import Latents


def decode_part(
    components: Components,
    latents: Callable[[Extent], Latents],
    part: Extent,
    world: Extent,
    statistics: FrozenStatistics,
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Decode a part of the world to a picture [H, W, 3] in 0..1, with the fallbacks that it needed.

    `latents` gives those of any part. Raises BakeError as `decode_image` does.
    """
    height, width = part.size
    image = np.zeros((height * LATENT, width * LATENT, 3), np.float32)
    degraded: list[str] = []
    with freeze_norms(components.vae.decoder, statistics):
        for piece in pieces_of(part, world):
            seen = piece.grown(HALO).within(world)
            decoded, more = decode_image(components, torch.from_numpy(latents(seen))[None])
            degraded += more
            common = piece.within(part)
            image[_pixels(common, part)] = decoded[_pixels(common, seen)]
    return image, tuple(dict.fromkeys(degraded))


def pieces_of(part: Extent, world: Extent) -> Iterator[Extent]:
    """Yield the pieces of the lattice that show a pixel of a part of the world, row by row."""
    for top in range(part.top // PIECE_SIDE * PIECE_SIDE, part.bottom, PIECE_SIDE):
        for left in range(part.left // PIECE_SIDE * PIECE_SIDE, part.right, PIECE_SIDE):
            yield Extent(left, top, left + PIECE_SIDE, top + PIECE_SIDE).within(world)


def _pixels(extent: Extent, origin: Extent) -> tuple[slice, slice]:
    """Return the rows and columns of canvas pixels that an extent has in another's picture."""
    rows, columns = extent.slices(origin)
    return (
        slice(rows.start * LATENT, rows.stop * LATENT),
        slice(columns.start * LATENT, columns.stop * LATENT),
    )
