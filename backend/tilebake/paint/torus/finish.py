"""Finish pictures that wrap around: filters see the other side, and a TileSet becomes a sheet of tiles."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT
from tilebake.level.settings import BakeSettings
from tilebake.level.torus.corner_set import Arrangement
from tilebake.level.torus.edge_copies import EdgeCopies, edge_copies
from tilebake.level.torus.wrap import WrapAxes
from tilebake.paint.picture import Box, PixelArray, Shares, finish

_MARGIN: Final = (
    16  # latent pixels of the other side that are laid beside a picture: more than any filter sees
)
_SOLID: Final = 16  # pixels of a tile for one beside an edge that is copied wholly
_FEATHER: Final = 8  # and for one over which the copy fades out

Retouch = Callable[[PixelArray], PixelArray]


def finish_wrapped(
    image: NDArray[np.float32],
    empty: Shares,
    settings: BakeSettings,
    box: Box,
    size: tuple[int, int],
    block: int,
    axes: WrapAxes,
    retouch: Retouch | None,
) -> PixelArray:
    """Turn a canvas [H, W, 3] in 0..1 that wraps along `axes` into its picture, as `finish` does."""
    if not any(axes):
        return finish(image, empty, settings, box, size, block)
    x, y = _MARGIN * axes.x, _MARGIN * axes.y
    around = np.pad(image, ((y * LATENT,) * 2, (x * LATENT,) * 2, (0, 0)), mode="wrap")
    moved = (box[0] + x * LATENT, box[1] + y * LATENT, box[2] + x * LATENT, box[3] + y * LATENT)
    return finish(around, np.pad(empty, ((y, y), (x, x)), mode="wrap"), settings, moved, size, block, retouch)


def cut_tiles(arrangement: Arrangement, pixels: PixelArray) -> PixelArray:
    """Return the sheet of a set's tiles, of a torus [h, w, C] whose corners are the middles of its cells.

    Tiles whose edges may meet have the same pixels there.
    """
    rows, columns = len(arrangement), len(arrangement[0])
    side = pixels.shape[1] // columns
    if pixels.shape[:2] == (side * rows, side * columns):  # but for sketches, in which nothing has to fit
        copies = edge_copies(arrangement, side, max(1, side // _SOLID), max(1, side // _FEATHER))
        pixels = _share(pixels, copies)
    return np.roll(pixels, (-(side // 2), -(side // 2)), axis=(0, 1))


def join_tiles(pixels: PixelArray, columns: int) -> PixelArray:
    """Return the torus [h, w, C] of which a sheet with so many columns was cut."""
    side = pixels.shape[1] // columns
    return np.roll(pixels, (side // 2, side // 2), axis=(0, 1))


def _share(pixels: PixelArray, copies: EdgeCopies) -> PixelArray:
    flat = pixels.reshape(-1, pixels.shape[-1]).astype(np.float32)
    corner, upright, level = (
        each[:, None] for each in (copies.corner_share, copies.upright_share, copies.level_share)
    )
    flat = (1 - corner) * flat + corner * flat[copies.corner]
    rest = 1 - upright - level
    flat = rest * flat + upright * flat[copies.upright] + level * flat[copies.level]
    return flat.round().clip(0, 255).astype(np.uint8).reshape(pixels.shape)
