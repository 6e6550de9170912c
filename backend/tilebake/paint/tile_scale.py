"""Scale paintings to tiles of one size, so that figures of different maps can be compared."""

from typing import Final

import numpy as np
from PIL import Image

from tilebake.level.tilemap import Tile, TileMap
from tilebake.paint.picture import PixelArray

TILE_PIXELS: Final = 64  # pixels along a tile's width
CORE: Final = 48  # pixels: three quarters of a tile, for terrains may blend where tiles meet


def at_tile_scale(image: PixelArray, tilemap: TileMap) -> PixelArray:
    """Scale a map's painting to tiles 64 pixels wide, whatever they measure in the game: [h, w, 3]."""
    scale = TILE_PIXELS / tilemap.tile_size[0]
    size = round(tilemap.bounds.width * scale), round(tilemap.bounds.height * scale)
    picture = Image.fromarray(np.ascontiguousarray(image[..., :3]))
    resized = picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(resized)


def centre(tile: Tile, tilemap: TileMap) -> tuple[float, float]:
    """Return a tile's centre (x, y) on its map's painting at this scale."""
    scale = TILE_PIXELS / tilemap.tile_size[0]
    return (tile.centre_x - tilemap.bounds.x) * scale, (tile.centre_y - tilemap.bounds.y) * scale
