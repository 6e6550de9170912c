"""Lay pictures of a map on its canvas, and over its painting."""

from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.level.canvas import LATENT
from tilebake.level.torus.wrap import WrapAxes
from tilebake.paint.picture import BAND, Box, PixelArray, Shares, fill_in, scale


def lay_on_canvas(picture: PixelArray, box: Box, size: tuple[int, int], axes: WrapAxes) -> PixelArray:
    """Scale a picture [h, w, 4] of a map's bounds to its canvas: RGBA [height, width, 4].

    `box` is where the bounds lie on the canvas of `size` = (width, height), in canvas pixels. Around them its
    outermost pixels go on, or along `axes` those of its other side. Canvas pixels take the mean of what they
    cover, so that flat colours stay what they are.
    """
    (left, top, right, bottom), (width, height) = box, size
    across, down = picture.shape[1] / (right - left), picture.shape[0] / (bottom - top)
    x, y = ceil(LATENT * across) + 1, ceil(LATENT * down) + 1  # a canvas is less than a latent pixel wider
    around = np.pad(picture, ((0, 0), (x, x), (0, 0)), mode="wrap" if axes.x else "edge")
    around = np.pad(around, ((y, y), (0, 0), (0, 0)), mode="wrap" if axes.y else "edge")
    shown = (x - left * across, y - top * down, x + (width - left) * across, y + (height - top) * down)
    return scale(around, shown, size, "area")


def fill_holes(canvas: PixelArray) -> Shares:
    """Return the colours [H, W, 3] of RGBA in 0..1; under holes the nearest ones go on."""
    shares = np.asarray(canvas / 255, np.float32)
    colours, opacity = shares[..., :3], shares[..., 3:]
    return colours if opacity.min() == 1 else fill_in(colours, opacity)


def lay_over_canvas(upper: PixelArray, lower: Shares) -> Shares:
    """Lay RGBA [H, W, 4] over colours [H, W, 3] in 0..1."""
    shares = upper / 255
    opacity = shares[..., 3:]
    return np.asarray(opacity * shares[..., :3] + (1 - opacity) * lower, np.float32)


def covered_latents(canvas: PixelArray) -> NDArray[np.bool_]:
    """Tell which latent pixels [h, w] RGBA [H, W, 4] covers by half at least."""
    height, width = (side // LATENT for side in canvas.shape[:2])
    blocks = canvas[..., 3].reshape(height, LATENT, width, LATENT).astype(np.float32)
    return np.asarray(blocks.mean(axis=(1, 3)) >= 127.5)


def lay_over_painting(kept: PixelArray, painted: PixelArray) -> PixelArray:
    """Lay a picture [h, w, 4] over a painting [H, W, 3 or 4]: its opaque pixels come out exactly.

    Where it has fewer pixels, each is a block of the painting's. Where it is transparent, the painting comes
    out exactly.
    """
    height, width = painted.shape[:2]
    if kept.shape[:2] != (height, width):
        kept = np.asarray(Image.fromarray(kept).resize((width, height), Image.Resampling.NEAREST))
    laid = painted.copy()
    for row in range(0, height, BAND):
        band = slice(row, row + BAND)
        laid[band] = _over(kept[band], painted[band])
    return laid


def _over(upper: PixelArray, lower: PixelArray) -> PixelArray:
    """Compose two pictures [H, W, ...] (Porter and Duff 1984, "Compositing digital images")."""
    above = upper[..., 3:].astype(np.float32) / 255
    below = lower[..., 3:].astype(np.float32) / 255 if lower.shape[2] == 4 else np.ones_like(above)
    opacity = above + below * (1 - above)
    mixed = above * upper[..., :3] + (1 - above) * below * lower[..., :3]
    colours = mixed / np.where(opacity > 0, opacity, 1)
    composed = np.concatenate([colours, 255 * opacity], axis=-1)[..., : lower.shape[2]]
    shown = np.where(above > 0, composed.round().clip(0, 255), lower)
    return shown.astype(np.uint8)
