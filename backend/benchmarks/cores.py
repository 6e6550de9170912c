"""Cores: the middle of each tile, cut out of a painting at the size the judge knows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tilebake.level.tilemap import Tile, TileMap
from tilebake.paint.tile_scale import CORE, TILE, Pixels, centre

CELL = 8  # pixels: what of a core belongs to its tile is told in cells of this size
CELLS = CORE // CELL
SHOWS = 0.5  # a tile that shows less than this through the layers above is not judged

Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cores:
    """The cores of the tiles that have one whole on the picture."""

    tiles: tuple[Tile, ...]
    windows: Pixels  # [N, 48, 48, 3]
    weights: Weights  # [6, 6], how much of each cell belongs to the tile


def diamond(width: float, height: float) -> Weights:
    """How much of each cell of a core lies in a diamond around its middle, sizes in pixels. [6, 6] in 0..1"""
    middles = np.abs(np.arange(CORE) + 0.5 - CORE / 2)
    inside = middles[None, :] / (width / 2) + middles[:, None] / (height / 2) <= 1
    return inside.reshape(CELLS, CELL, CELLS, CELL).mean(axis=(1, 3)).astype(np.float32)


def shape_of(tilemap: TileMap) -> Weights:
    """Which part of a core is the tile's own: all of it, but for isometric tiles. [6, 6]"""
    if tilemap.grid != "isometric":
        return np.ones((CELLS, CELLS), np.float32)
    width, height = tilemap.tile_size
    return diamond(CORE, CORE * height / width)


def cores(image: Pixels, tilemap: TileMap) -> Cores:
    """Every tile's core from a painting at the scale of its tiles."""
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


def picture_cores(image: Pixels) -> Pixels:
    """A picture of one terrain cut as if it were tiles: their cores. [h, w, 3] → [N, 48, 48, 3]"""
    edge = (TILE - CORE) // 2
    rows, columns = image.shape[0] // TILE, image.shape[1] // TILE
    tiles = image[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE, 3).swapaxes(1, 2)
    return tiles[:, :, edge : edge + CORE, edge : edge + CORE].reshape(-1, CORE, CORE, 3)
