"""Place a picture of a map's own in the world, and say what it shows under a part of it.

What a part sees depends on the pixels there alone, so that an edit of the picture paints what sees it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.canvas import LATENT
from tilebake.level.map.grid import Bounds
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.wrap import WrapAxes, axes_of
from tilebake.level.windows.lattice import Extent
from tilebake.paint.art.lay_on_canvas import fill_holes
from tilebake.paint.picture import Box, PixelArray, Shares, scale

FINENESS: Final = 1 << 16  # parts of a picture's pixel that edges are rounded to, wherever the map begins

Beyond = Literal["edge", "constant"]
"""What lies beside a picture: its outermost pixels go on, or it is transparent there."""


class Crop(NamedTuple):
    """Hold what a picture shows under a part of the world: some of its pixels, and the part's box on them."""

    pixels: PixelArray  # [h, w, 4]
    box: Box
    size: tuple[int, int]  # width and height of the part, in canvas pixels

    def on_canvas(self) -> PixelArray:
        """Scale it to canvas pixels: RGBA [H, W, 4], each the mean of what it covers."""
        return scale(self.pixels, self.box, self.size, "area")

    def content(self) -> Iterator[bytes]:
        """Yield all that its canvas pixels depend on."""
        yield repr((self.pixels.shape, self.box, self.size)).encode("ascii")
        yield self.pixels.tobytes()


@dataclass(frozen=True, eq=False)
class PlacedPicture:
    """Hold a picture of a map, unpacked, and where it lies in the world."""

    pixels: PixelArray  # [h, w, 4], black where it is transparent
    bounds: Bounds  # in map pixels
    canvas_scale: float  # canvas pixels per map pixel
    beyond: Beyond
    axes: WrapAxes  # along which it goes on at its other side

    def under(self, part: Extent) -> Crop:
        """Return what it shows under a part of the world, with a pixel more on each side for the filter."""
        left, right = self._along(part.left, part.right, self.bounds.x, self.bounds.width, axis=1)
        top, bottom = self._along(part.top, part.bottom, self.bounds.y, self.bounds.height, axis=0)
        first_x, first_y = floor(left) - 1, floor(top) - 1
        columns, rows = np.arange(first_x, ceil(right) + 1), np.arange(first_y, ceil(bottom) + 1)
        height, width = self.pixels.shape[:2]
        pixels = self.pixels_at(rows, columns)
        if self.beyond == "constant":
            pixels[((rows < 0) | (rows >= height)) & (not self.axes.y)] = 0
            pixels[:, ((columns < 0) | (columns >= width)) & (not self.axes.x)] = 0
        box = (left - first_x, top - first_y, right - first_x, bottom - first_y)
        return Crop(pixels, box, (part.size[1] * LATENT, part.size[0] * LATENT))

    def pixels_at(self, rows: NDArray[np.int_], columns: NDArray[np.int_]) -> PixelArray:
        """Return its pixels [h, w, 4] in some rows and columns; beyond its edges those that go on there."""
        height, width = self.pixels.shape[:2]
        down = rows % height if self.axes.y else rows.clip(0, height - 1)
        across = columns % width if self.axes.x else columns.clip(0, width - 1)
        return self.pixels[np.ix_(down, across)]

    def _along(self, start: int, end: int, origin: float, length: float, axis: int) -> tuple[float, float]:
        """Return where latent pixels from `start` to `end` lie along one axis, in the picture's pixels."""
        density = self.pixels.shape[axis] / (length * self.canvas_scale)
        edges = [(each * LATENT - origin * self.canvas_scale) * density for each in (start, end)]
        first, last = (round(each * FINENESS) / FINENESS for each in edges)
        return first, last

    def under_and_near(self, part: Extent) -> Crop:
        """Return what it shows under a part, and around it where that has holes, which colours near fill."""
        crop = self.under(part)
        return crop if crop.pixels[..., 3].all() else self.under(_around(part))

    def filled(self, part: Extent) -> Shares | None:
        """Return what it shows under a part [H, W, 3] in 0..1, holes filled; None where nothing is near."""
        canvas = self.under_and_near(part).on_canvas()
        if not canvas[..., 3].any():
            return None
        filled = fill_holes(canvas)
        if canvas.shape[:2] == (part.size[0] * LATENT, part.size[1] * LATENT):
            return filled
        rows, columns = (
            slice(each.start * LATENT, each.stop * LATENT) for each in part.slices(_around(part))
        )
        return filled[rows, columns]


def place_picture(
    picture: OwnPicture | None, tilemap: TileMap, canvas_scale: float, beyond: Beyond
) -> PlacedPicture | None:
    """Place a picture of a map in the world; None where it shows nothing."""
    if picture is None or picture.is_empty:
        return None
    pixels = picture.pixels()
    shown = np.where(pixels[..., 3:] > 0, pixels, np.uint8(0))
    axes = axes_of(tilemap.wrap)
    return PlacedPicture(shown, picture.bounds or tilemap.bounds, canvas_scale, beyond, axes)


def _around(part: Extent) -> Extent:
    return part.grow(max(part.size) // 2)
