"""Cores: the middle of each tile, cut out of a painting at the size the judge knows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tilebake.level.tilemap import Tile, TileMap
from tilebake.paint.tile_scale import CORE, Pixels, centre

CELL = 8  # pixels: what of a core belongs to its tile is told in cells of this size
CELLS = CORE // CELL
SHOWS = 0.5  # a tile that shows less than this through the layers above is not judged

Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cores:
    """Hold the cores of all tiles whose core lies whole on the picture."""

    tiles: tuple[Tile, ...]
    windows: Pixels  # [N, 48, 48, 3]
    weights: Weights  # [6, 6], how much of each cell belongs to the tile


def diamond(width: float, height: float) -> Weights:
    """Return each cell's share that lies in a diamond around the core's middle: [6, 6]; sizes in pixels."""
    middles = np.abs(np.arange(CORE) + 0.5 - CORE / 2)
    inside = middles[None, :] / (width / 2) + middles[:, None] / (height / 2) <= 1
    return _by_cell(inside)


def band(height: float) -> Weights:
    """Return how much of each cell of a core lies in its middle `height` pixels: [6, 6] in 0..1."""
    middles = np.abs(np.arange(CORE) + 0.5 - CORE / 2)
    inside = np.tile((middles <= height / 2)[:, None], CORE)
    return _by_cell(inside)


def shape_of(tilemap: TileMap) -> Weights:
    """Return which part of a core is the tile's own: all of it, but for isometric and low tiles. [6, 6]."""
    width, height = tilemap.tile_size
    low = CORE * height / width
    return diamond(CORE, low) if tilemap.grid == "isometric" else band(low)


def cores(image: Pixels, tilemap: TileMap) -> Cores:
    """Cut every tile's core out of a painting at the scale of its tiles."""
    height, width = image.shape[:2]
    tiles: list[Tile] = []
    windows: list[Pixels] = []
    for tile in tilemap.tiles:
        x, y = (round(at) - CORE // 2 for at in centre(tile, tilemap))
        if tile.weight >= SHOWS and 0 <= x <= width - CORE and 0 <= y <= height - CORE:
            tiles.append(tile)
            windows.append(image[y : y + CORE, x : x + CORE])
    stacked = np.stack(windows) if windows else np.empty((0, CORE, CORE, 3), np.uint8)
    return Cores(tuple(tiles), stacked, shape_of(tilemap))


def _by_cell(inside: NDArray[np.bool_]) -> Weights:
    return inside.reshape(CELLS, CELL, CELLS, CELL).mean(axis=(1, 3)).astype(np.float32)
