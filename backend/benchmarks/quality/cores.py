"""Cores of a picture that is no map."""

from tilebake.paint.picture import PixelArray
from tilebake.paint.tile_scale import CORE, TILE_PIXELS


def picture_cores(image: PixelArray) -> PixelArray:
    """Cut a picture of one terrain as if it were tiles: their cores, [h, w, 3] → [N, 48, 48, 3]."""
    edge = (TILE_PIXELS - CORE) // 2
    rows, columns = image.shape[0] // TILE_PIXELS, image.shape[1] // TILE_PIXELS
    tiles = (
        image[: rows * TILE_PIXELS, : columns * TILE_PIXELS]
        .reshape(rows, TILE_PIXELS, columns, TILE_PIXELS, 3)
        .swapaxes(1, 2)
    )
    return tiles[:, :, edge : edge + CORE, edge : edge + CORE].reshape(-1, CORE, CORE, 3)
