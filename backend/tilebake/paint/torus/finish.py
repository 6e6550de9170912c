"""Finish pictures that wrap around: filters see the other side, and a TileSet becomes a sheet of tiles."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT
from tilebake.level.settings import BakeSettings
from tilebake.level.torus.edge_copies import EdgeCopies, edge_copies
from tilebake.level.torus.tile_layout import SetLayout, TilePlace
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


def cut_tiles(layout: SetLayout, pixels: PixelArray) -> PixelArray:
    """Return the sheet of a set's tiles, of the torus [h, w, C] that was painted.

    Tiles whose edges may meet have the same pixels there.
    """
    rows, columns = layout.size
    side = pixels.shape[1] // columns
    first, middle = int(layout.margin * side), side // 2
    if pixels.shape[:2] == (side * rows, side * columns):  # but for sketches, in which nothing has to fit
        copies = edge_copies(layout.kinds, side, max(1, side // _SOLID), max(1, side // _FEATHER))
        pixels = _roll(_share(_roll(pixels, middle - first), copies), first - middle)
    return _gather(_roll(pixels, -first), layout.sheet, side)


def join_tiles(layout: SetLayout, sheet: PixelArray) -> PixelArray:
    """Return the torus [h, w, C] that was painted, laid out of the tiles on its sheet."""
    side = sheet.shape[1] // len(layout.sheet[0])
    return _roll(_gather(sheet, layout.places_on_sheet(), side), int(layout.margin * side))


def _roll(pixels: PixelArray, shift: int) -> PixelArray:
    return np.roll(pixels, (shift, shift), axis=(0, 1))


def _gather(pixels: PixelArray, places: Sequence[Sequence[TilePlace]], side: int) -> PixelArray:
    """Lay squares of `side` pixels in rows, each taken from the place that is named there, in squares."""
    rows, columns = pixels.shape[0] // side, pixels.shape[1] // side
    squares = pixels[: rows * side, : columns * side].reshape(rows, side, columns, side, -1)
    row, column = np.moveaxis(np.array(places, np.intp), -1, 0)
    chosen = squares.transpose(0, 2, 1, 3, 4)[row, column]  # [rows, columns, side, side, C]
    laid = chosen.transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(laid).reshape(len(row) * side, len(row[0]) * side, -1)


def _share(pixels: PixelArray, copies: EdgeCopies) -> PixelArray:
    flat = pixels.reshape(-1, pixels.shape[-1]).astype(np.float32)
    corner, upright, level = (
        each[:, None] for each in (copies.corner_share, copies.upright_share, copies.level_share)
    )
    flat = (1 - corner) * flat + corner * flat[copies.corner]
    rest = 1 - upright - level
    flat = rest * flat + upright * flat[copies.upright] + level * flat[copies.level]
    return flat.round().clip(0, 255).astype(np.uint8).reshape(pixels.shape)
