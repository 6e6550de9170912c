"""Sites: everything that puts down a Gaussian, in the latent pixels of a canvas."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, Canvas
from tilebake.level.tilemap import TileMap

Array = NDArray[np.float64]


class Sites(NamedTuple):
    """Everything that puts down a Gaussian: tiles, and cells that have none. Each array is [n]."""

    x: Array  # latent pixels from the canvas's left edge
    y: Array  # latent pixels from its upper edge
    weight: Array  # above 0
    region: NDArray[np.intp]  # the mask that it adds to; the last one is the empty share


def sites_of(tilemap: TileMap, canvas: Canvas) -> Sites:
    """Tiles and empty cells in the canvas's latent pixels, without those that weigh nothing."""
    regions = {terrain.name: i for i, terrain in enumerate(tilemap.terrains)}
    weights = {terrain.name: terrain.weight for terrain in tilemap.terrains}
    rows = [
        (tile.centre_x, tile.centre_y, tile.weight * weights[tile.terrain], regions[tile.terrain])
        for tile in tilemap.tiles
    ] + [(x, y, 1.0, len(regions)) for x, y in tilemap.empty]
    x, y, weight, region = np.array(rows, np.float64).reshape(-1, 4)[[row[2] > 0 for row in rows]].T
    per_map_pixel = canvas.scale / LATENT
    x, y = x * per_map_pixel - canvas.origin_x, y * per_map_pixel - canvas.origin_y
    return Sites(x, y, weight, region.astype(np.intp))


def middles(length: int) -> Array:
    """[length]: the middles of so many pixels."""
    return np.arange(length, dtype=np.float64) + 0.5


def gaussian(centres: Array, at: Array, sigma: float) -> Array:
    """[n, m]: a Gaussian around each of n centres, at m places."""
    return np.exp(-((at - centres[:, None]) ** 2) / (2 * sigma**2))
