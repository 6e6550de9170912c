"""Turn the decoded canvas into the map's own pixels: crop, scale, palette, transparency."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.level.canvas import LATENT
from tilebake.level.settings import Resample

PixelArray: TypeAlias = NDArray[np.uint8]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom

FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "area": Image.Resampling.BOX,
    "nearest": Image.Resampling.NEAREST,
}
COLOUR_CHUNK = 1 << 16  # colours compared with the palette at once

# sRGB, linear → cone responses → Oklab (Ottosson 2020, "A perceptual color space for image processing").
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def to_pixels(image: NDArray[np.float32]) -> PixelArray:
    """Convert a picture in 0..1 to bytes, rounded to the nearest."""
    return (image * 255.0).round().astype(np.uint8)


def scale(image: PixelArray, box: Box, size: tuple[int, int], resample: Resample) -> PixelArray:
    """Scale the part of `image` [H, W, 3] inside `box` to `size` = (width, height)."""
    scaled = Image.fromarray(image).resize(size, FILTERS[resample], box=box)
    return np.asarray(scaled).copy()


def alpha(empty: NDArray[np.float32], box: Box, size: tuple[int, int], resample: Resample) -> PixelArray:
    """Compute opacity [height, width] from the share of each latent pixel that no tile covers.

    `box` is in canvas pixels, of which `empty` has one for every 8. Feathered as the masks are; hard where
    the picture keeps hard pixels.
    """
    left, top, right, bottom = (edge / LATENT for edge in box)
    shares = Image.fromarray(empty.astype(np.float32))
    shares = shares.resize(size, Image.Resampling.BILINEAR, box=(left, top, right, bottom))
    opacity = 1.0 - np.asarray(shares, dtype=np.float32).clip(0.0, 1.0)
    if resample == "nearest":
        opacity = opacity >= 0.5
    return to_pixels(opacity.astype(np.float32))


def _oklab(colours: PixelArray) -> NDArray[np.float64]:
    """Convert sRGB bytes [N, 3] to Oklab [N, 3], where distance is how different colours look."""
    srgb = colours / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _CONES.T) @ _LAB.T


def to_palette(image: PixelArray, palette: Sequence[str]) -> PixelArray:
    """Paint each pixel [H, W, 3] in the nearest-looking palette colour ("#rrggbb"), the first of equals."""
    colours = np.array([list(bytes.fromhex(colour[1:])) for colour in palette], dtype=np.uint8)
    pixels, places = np.unique(image.reshape(-1, 3), axis=0, return_inverse=True)
    targets = _oklab(colours)  # [P, 3]
    nearest = [
        ((_oklab(pixels[i : i + COLOUR_CHUNK])[:, None] - targets) ** 2).sum(-1).argmin(-1)
        for i in range(0, len(pixels), COLOUR_CHUNK)
    ]
    return colours[np.concatenate(nearest)[places.reshape(-1)]].reshape(image.shape)
