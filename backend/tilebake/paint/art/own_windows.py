"""Give each window of a world what the map's own pictures show under it, and no more.

So a window's latents depend on the pictures there alone, and an edit of a picture paints what sees it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Final, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.art.digest_pictures import ART_VERSION
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.canvas import LATENT
from tilebake.level.map.grid import Bounds
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.wrap import WrapAxes, axes_of
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.picture_grid import PictureGrid
from tilebake.paint.art.encode_picture import encode_picture
from tilebake.paint.art.lay_on_canvas import (
    covered_latents,
    fill_holes,
    lay_over_canvas,
    lay_over_painting,
)
from tilebake.paint.art.take_colours import Colours
from tilebake.paint.denoise import HeldLatents, Sampling, Span
from tilebake.paint.model.load import Components
from tilebake.paint.picture import Box, PixelArray, Shares, scale
from tilebake.paint.schedulers import first_step_within
from tilebake.request import BakeRequest

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


@dataclass(frozen=True, eq=False)
class OwnWindows:
    """Hold the own pictures of a world's map that change a pixel."""

    art: PlacedPicture | None  # what windows begin from
    keep: PlacedPicture | None  # what stays as it is
    strength: float  # of the noise that windows begin under, where there is art

    def first_step(self, components: Components, sampling: Sampling) -> int:
        """Return the first step of a window's first round. Raises what `first_step_within` raises."""
        if self.art is None:
            return 0
        scheduler = sampling.make_scheduler(components.scheduler_config)
        return first_step_within(scheduler, sampling.steps, self.strength)

    def content(self, part: Extent) -> Iterator[bytes]:
        """Yield all of the pictures that a part's latents depend on; nothing where none is seen."""
        for name, crop in (("art", self._art_of(part)), ("keep", self._keep_of(part))):
            if crop is not None:
                yield f"{name} {ART_VERSION}".encode("ascii")
                yield from crop.content()

    def begin(self, components: Components, part: Extent, span: Span) -> Span:
        """Return a part's span with what it holds, and where it would begin from noise with the art instead.

        Art that shows nothing near begins as noise alone does: from latents of 0, a grey. Raises what
        `encode_picture` raises.
        """
        kept = self._keep_of(part)
        if kept is None and self.art is None:
            return span
        upper = None if kept is None else kept.on_canvas()
        below = self._fill_art(part) if self.art is not None else None
        if upper is not None:
            below = fill_holes(upper) if below is None else lay_over_canvas(upper, below)
        if below is None:
            channels = components.unet.config["in_channels"]
            grey = torch.zeros(1, channels, *part.size)
            return replace(span, clean=grey if span.clean is None else span.clean)
        clean = encode_picture(components, below)
        if self.art is not None:
            there = torch.from_numpy(covered_latents(self.art.under(part).on_canvas()))[None, None]
            span = replace(
                span, clean=clean if span.clean is None else span.clean, colours=Colours(clean, there)
            )
        if upper is None:
            return span
        return replace(span, hold=HeldLatents(clean, torch.from_numpy(~covered_latents(upper))[None, None]))

    def keep_in(self, painted: PixelArray, piece: Extent, grid: PictureGrid) -> PixelArray:
        """Lay what is kept over a piece [h, w, 3 or 4] of the picture: its opaque pixels come out exactly."""
        keep = self.keep
        if keep is None:
            return painted
        whole = grid.pixels(keep.bounds)
        height, width = keep.pixels.shape[:2]
        rows = (np.arange(piece.top, piece.bottom) - whole.top) * height // whole.size[0]
        columns = (np.arange(piece.left, piece.right) - whole.left) * width // whole.size[1]
        return lay_over_painting(keep.pixels_at(rows, columns), painted)

    def _art_of(self, part: Extent) -> Crop | None:
        """Return the art under a part, and around it where that has holes: they take the nearest colours."""
        if self.art is None:
            return None
        crop = self.art.under(part)
        return crop if crop.pixels[..., 3].all() else self.art.under(_around(part))

    def _keep_of(self, part: Extent) -> Crop | None:
        crop = None if self.keep is None else self.keep.under(part)
        return crop if crop is not None and crop.pixels[..., 3].any() else None

    def _fill_art(self, part: Extent) -> Shares | None:
        """Return the art under a part [H, W, 3] in 0..1 without holes; None where none is near."""
        crop = self._art_of(part)
        assert crop is not None, "there is art"
        canvas = crop.on_canvas()
        if not canvas[..., 3].any():
            return None
        filled = fill_holes(canvas)
        if canvas.shape[:2] == (part.size[0] * LATENT, part.size[1] * LATENT):
            return filled
        rows, columns = (
            slice(each.start * LATENT, each.stop * LATENT) for each in part.slices(_around(part))
        )
        return filled[rows, columns]


def own_windows(request: BakeRequest, canvas_scale: float) -> OwnWindows | None:
    """Return the own pictures of a request's map, for its windows; None where none changes a pixel."""
    tilemap = request.tilemap
    strength = request.settings.init_strength
    art = None if strength is None else _place(tilemap.art, tilemap, canvas_scale, "edge")
    keep = _place(tilemap.keep, tilemap, canvas_scale, "constant")
    return None if art is None and keep is None else OwnWindows(art, keep, strength or 0.0)


def _place(
    picture: OwnPicture | None, tilemap: TileMap, canvas_scale: float, beyond: Beyond
) -> PlacedPicture | None:
    if picture is None or picture.is_empty:
        return None
    pixels = picture.pixels()
    shown = np.where(pixels[..., 3:] > 0, pixels, np.uint8(0))
    axes = axes_of(tilemap.wrap)
    return PlacedPicture(shown, picture.bounds or tilemap.bounds, canvas_scale, beyond, axes)


def _around(part: Extent) -> Extent:
    return part.grow(max(part.size) // 2)
