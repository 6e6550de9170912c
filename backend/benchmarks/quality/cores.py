"""Cores of a picture that is no map."""

from tilebake.paint.tile_scale import CORE, TILE, Pixels


def picture_cores(image: Pixels) -> Pixels:
    """Cut a picture of one terrain as if it were tiles: their cores, [h, w, 3] → [N, 48, 48, 3]."""
    edge = (TILE - CORE) // 2
    rows, columns = image.shape[0] // TILE, image.shape[1] // TILE
    tiles = image[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE, 3).swapaxes(1, 2)
    return tiles[:, :, edge : edge + CORE, edge : edge + CORE].reshape(-1, CORE, CORE, 3)
