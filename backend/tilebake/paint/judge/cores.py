"""Cut the core, the middle of each tile, out of a painting at the size the judge knows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tilebake.level.tilemap import Tile, TileMap
from tilebake.paint.picture import PixelArray
from tilebake.paint.tile_scale import CORE, centre

CELL = 8  # pixels: what of a core belongs to its tile is given in cells of this size
CELLS = CORE // CELL
SHOWS = 0.5  # a tile that shows less than this through the layers above is not judged

Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cores:
    """Hold the cores of the tiles that have one whole on the picture."""

    tiles: tuple[Tile, ...]
    windows: PixelArray  # [N, 48, 48, 3]
    weights: Weights  # [6, 6], how much of each cell belongs to the tile


def diamond(width: float, height: float) -> Weights:
    """Weigh each cell of a core by its share in a diamond around the middle, in pixels: [6, 6] in 0..1."""
    middles = np.abs(np.arange(CORE) + 0.5 - CORE / 2)
    inside = middles[None, :] / (width / 2) + middles[:, None] / (height / 2) <= 1
    return _by_cell(inside)


def band(height: float) -> Weights:
    """Weigh each cell of a core by its share in the `height` middle rows of pixels: [6, 6] in 0..1."""
    middles = np.abs(np.arange(CORE) + 0.5 - CORE / 2)
    inside = np.tile((middles <= height / 2)[:, None], CORE)
    return _by_cell(inside)


def shape_of(tilemap: TileMap) -> Weights:
    """Weigh which part of a core is the tile's own, [6, 6]: all, but for isometric and low tiles."""
    width, height = tilemap.tile_size
    low = CORE * height / width
    return diamond(CORE, low) if tilemap.grid == "isometric" else band(low)


def cores(image: PixelArray, tilemap: TileMap) -> Cores:
    """Cut every tile's core from a painting at the scale of its tiles."""
    height, width = image.shape[:2]
    tiles: list[Tile] = []
    windows: list[PixelArray] = []
    for tile in tilemap.tiles:
        x, y = (round(at) - CORE // 2 for at in centre(tile, tilemap))
        if tile.weight >= SHOWS and 0 <= x <= width - CORE and 0 <= y <= height - CORE:
            tiles.append(tile)
            windows.append(image[y : y + CORE, x : x + CORE])
    stacked = np.stack(windows) if windows else np.empty((0, CORE, CORE, 3), np.uint8)
    return Cores(tuple(tiles), stacked, shape_of(tilemap))


def _by_cell(inside: NDArray[np.bool_]) -> Weights:
    return inside.reshape(CELLS, CELL, CELLS, CELL).mean(axis=(1, 3)).astype(np.float32)
