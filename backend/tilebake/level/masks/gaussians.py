"""Collect everything that puts down a Gaussian, in the latent pixels of a canvas."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, Canvas
from tilebake.level.tilemap import TileMap

Array = NDArray[np.float64]


class Gaussians(NamedTuple):
    """Hold what puts down a Gaussian: tiles, and cells that have none. Each array is [n]."""

    x: Array  # latent pixels from the canvas's left edge
    y: Array  # latent pixels from its upper edge
    weight: Array  # above 0
    region: NDArray[np.intp]  # the mask that it adds to; the last one is the empty share


def gaussians_of(tilemap: TileMap, canvas: Canvas) -> Gaussians:
    """Return a map's tiles and empty cells as Gaussians, without those that weigh nothing."""
    names, tiles, empty = [terrain.name for terrain in tilemap.terrains], tilemap.tiles, tilemap.empty
    region_of = np.array([names.index(name) for name in tiles.names], np.intp)
    weight_of = np.array([tilemap.terrains[index].weight for index in region_of], np.float64)
    x = np.concatenate([tiles.centre_x, empty.x])
    y = np.concatenate([tiles.centre_y, empty.y])
    weight = np.concatenate([tiles.weight * weight_of[tiles.terrain], np.ones(len(empty))])
    region = np.concatenate([region_of[tiles.terrain], np.full(len(empty), len(names))])
    counts = weight > 0
    x, y, weight, region = x[counts], y[counts], weight[counts], region[counts]
    per_map_pixel = canvas.scale / LATENT
    x, y = x * per_map_pixel - canvas.origin_x, y * per_map_pixel - canvas.origin_y
    return Gaussians(x, y, weight, region)


def middles(length: int) -> Array:
    """Return the middles of so many pixels, as [length]."""
    return np.arange(length, dtype=np.float64) + 0.5


def gaussian(centres: Array, at: Array, sigma: float) -> Array:
    """Return a Gaussian around each of n centres, at m places, as [n, m]."""
    return np.exp(-((at - centres[:, None]) ** 2) / (2 * sigma**2))
