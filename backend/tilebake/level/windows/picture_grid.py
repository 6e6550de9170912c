"""Lay pieces over a picture that is painted in windows: what is decoded, scaled and coloured at once.

The picture's pixels are the world's, counted from its origin, and pieces lie on a fixed lattice of them. So
each pixel comes out alike in whatever shows it: the whole map, a page or a region.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from tilebake.level.canvas import LATENT, Canvas, width_of_tile
from tilebake.level.map.grid import Bounds
from tilebake.level.output import art_block
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Extent

LARGEST_PIECE: Final = 1024  # canvas pixels along a piece, at most
FILTER_SUPPORT: Final = 3  # pixels of the picture that the widest filter looks at to each side
LEAST_REACH: Final = 4  # latent pixels around a piece from which colours flow under its soft edges
TOLERANCE: Final = 1e-6  # pixels: rounding errors smaller than this move no edge


@dataclass(frozen=True)
class PictureGrid:
    """Describe the pixels of the pictures of one world, and the pieces that they come in."""

    scale: float  # picture pixels per map pixel
    canvas_scale: float  # canvas pixels per map pixel
    block: int  # picture pixels along an art pixel

    @property
    def side(self) -> int:
        """How many pixels there are along a piece: whole art pixels, and a power of two of them."""
        most = LARGEST_PIECE * self.scale / self.canvas_scale / self.block
        return self.block * 2 ** max(0, floor(most).bit_length() - 1)

    def pixels(self, bounds: Bounds) -> Extent:
        """Return the pixels that show a rectangle of the map: those with their middles in it."""
        left, top = _nearest(bounds.x * self.scale), _nearest(bounds.y * self.scale)
        right = _nearest((bounds.x + bounds.width) * self.scale)
        bottom = _nearest((bounds.y + bounds.height) * self.scale)
        return Extent(left, top, max(left + 1, right), max(top + 1, bottom))

    def bounds(self, pixels: Extent) -> Bounds:
        """Return the rectangle of the map that pixels show."""
        height, width = pixels.size
        return Bounds(
            pixels.left / self.scale, pixels.top / self.scale, width / self.scale, height / self.scale
        )

    def whole_pieces(self, pixels: Extent) -> Extent:
        """Return the pieces that show any of some pixels, as one rectangle."""
        side = self.side
        return Extent(
            pixels.left // side * side,
            pixels.top // side * side,
            -(-pixels.right // side) * side,
            -(-pixels.bottom // side) * side,
        )

    def pieces(self, pixels: Extent) -> Iterator[Extent]:
        """Yield the pieces that show any of some pixels, row by row."""
        side, whole = self.side, self.whole_pieces(pixels)
        for top in range(whole.top, whole.bottom, side):
            for left in range(whole.left, whole.right, side):
                yield Extent(left, top, left + side, top + side)

    def latents(self, pixels: Extent) -> Extent:
        """Return the latent pixels of the world that a piece, or several, is scaled from."""
        ratio = self.canvas_scale / self.scale / LATENT
        return self.latents_under(pixels).grow(max(LEAST_REACH, ceil(FILTER_SUPPORT * ratio) + 1))

    def latents_under(self, pixels: Extent) -> Extent:
        """Return the latent pixels of the world that lie where some pixels do."""
        ratio = self.canvas_scale / self.scale / LATENT
        return Extent(
            floor(pixels.left * ratio + TOLERANCE),
            floor(pixels.top * ratio + TOLERANCE),
            ceil(pixels.right * ratio - TOLERANCE),
            ceil(pixels.bottom * ratio - TOLERANCE),
        )

    def box(self, pixels: Extent, canvas: Canvas) -> tuple[float, float, float, float]:
        """Return where pixels lie on a canvas: left, top, right, bottom in canvas pixels, within it."""
        ratio, left, top = self.canvas_scale / self.scale, canvas.origin_x * LATENT, canvas.origin_y * LATENT
        return (
            max(0.0, pixels.left * ratio - left),
            max(0.0, pixels.top * ratio - top),
            min(float(canvas.width), pixels.right * ratio - left),
            min(float(canvas.height), pixels.bottom * ratio - top),
        )


def picture_grid(tilemap: TileMap, settings: BakeSettings) -> PictureGrid:
    """Return the pixels of a map's picture, when it is painted in windows."""
    tile_width = tilemap.tile_size[0]
    canvas_scale = width_of_tile(settings, tilemap.tile_size) / tile_width
    scale = canvas_scale if settings.keep_resolution else 1.0
    return PictureGrid(scale, canvas_scale, art_block(tile_width * scale, settings.art_pixels_per_tile))


def _nearest(value: float) -> int:
    """Return the nearest whole number, of two that are as near the higher: wherever the world's origin is."""
    return floor(value + 0.5 + TOLERANCE)
