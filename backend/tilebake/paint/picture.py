"""Turn the decoded canvas into the map's own pixels: crop, scale, palette, transparency."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.level.canvas import LATENT
from tilebake.level.settings import BakeSettings, Resample

PixelArray: TypeAlias = NDArray[np.uint8]
Shares: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom

FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "area": Image.Resampling.BOX,
    "nearest": Image.Resampling.NEAREST,
}
COLOUR_CHUNK = 1 << 16  # colours compared with the palette at once
BAND = 512  # rows of a picture that are worked on at once
FAINT = 1 / 32  # of a mask: less cannot be seen, and should be nothing
DOUBTED, TRUSTED = 0.6, 0.95  # opacity up to which a pixel's colour is the ground's, and from which a tile's
TRACE = 1e-4  # of trust, so that a tile with no better pixel keeps its colour

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


def finish(
    image: NDArray[np.float32],
    empty: Shares,
    settings: BakeSettings,
    box: Box,
    size: tuple[int, int],
    block: int = 1,
    retouch: Callable[[PixelArray], PixelArray] | None = None,
) -> PixelArray:
    """Turn the canvas [H, W, 3] in 0..1 into the picture [h, w, 3 or 4] that the settings ask for.

    `empty` is the share of each latent pixel that no tile covers; `block` is how many pixels of the picture
    one art pixel measures. `retouch` changes the art pixels before they get their palette.
    """
    width, height = (max(1, round(side / block)) for side in size)
    painted = to_pixels(image)
    if settings.transparent:
        painted = bleed(painted, empty)
    pixels = scale(painted, box, (width, height), settings.resample)
    pixels = pixels if retouch is None else retouch(pixels)
    if settings.palette is not None:
        pixels = to_palette(pixels, settings.palette)
    if settings.transparent:
        edge = settings.resample if settings.art_pixels_per_tile is None else "nearest"
        opacity = alpha(empty, box, (width, height), edge)
        pixels = np.concatenate([pixels, opacity[..., None]], axis=-1)
    if (width, height) != size:
        pixels = scale(pixels, (0, 0, width, height), size, "nearest")
    return np.ascontiguousarray(pixels)


def scale(image: PixelArray, box: Box, size: tuple[int, int], resample: Resample) -> PixelArray:
    """Scale the part of `image` [H, W, 3 or 4] inside `box` to `size` = (width, height)."""
    scaled = Image.fromarray(image).resize(size, FILTERS[resample], box=box)
    return np.asarray(scaled).copy()


def alpha(empty: Shares, box: Box, size: tuple[int, int], resample: Resample) -> PixelArray:
    """Compute opacity [height, width] from the share of each latent pixel that no tile covers.

    `box` is in canvas pixels, of which `empty` has one for every 8. Feathered as the masks are, and exactly 0
    and 255 where they leave no more than FAINT of the other; hard where the picture keeps hard pixels.
    """
    width, height = size
    left, top, right, bottom = (edge / LATENT for edge in box)
    shares = Image.fromarray(empty.astype(np.float32))
    opacity = np.empty((height, width), dtype=np.uint8)
    for row in range(0, height, BAND):  # in bands: a picture may have a quarter of a billion pixels
        rows = min(BAND, height - row)
        part = (
            left,
            top + (bottom - top) * row / height,
            right,
            top + (bottom - top) * (row + rows) / height,
        )
        found = _opacity(shares.resize((width, rows), Image.Resampling.BILINEAR, box=part))
        opacity[row : row + rows] = to_pixels(
            (found >= 0.5).astype(np.float32) if resample == "nearest" else found
        )
    return opacity


def _opacity(empty: Image.Image) -> Shares:
    covered = 1.0 - np.asarray(empty, dtype=np.float32)
    return ((covered - FAINT) / (1 - 2 * FAINT)).clip(0.0, 1.0).astype(np.float32)


def bleed(image: PixelArray, empty: Shares) -> PixelArray:
    """Continue the colours of the tiles on a canvas [H, W, 3] to where there are none.

    What lies under a soft edge, or beside it, is what a game's filters mix into the edge. Pixels are trusted
    as far as tiles cover them; the others take the mean of the trusted ones around, the nearest first
    (pull-push: Gortler et al. 1996, "The Lumigraph").
    """
    height, width = image.shape[:2]
    covered = _opacity(Image.fromarray(empty).resize((width, height), Image.Resampling.BILINEAR))
    rise = ((covered - DOUBTED) / (TRUSTED - DOUBTED)).clip(0.0, 1.0)
    trust = np.maximum(rise * rise * (3 - 2 * rise), covered * TRACE)[..., None]
    if not trust.any():
        return image
    filled = fill_in(image.astype(np.float32), trust.astype(np.float32))
    return filled.round().clip(0, 255).astype(np.uint8)


def fill_in(image: Shares, trust: Shares) -> Shares:
    """Fill in what is not trusted of a picture [H, W, C], by the share `trust` [H, W, 1], from around it.

    It comes from a picture of half the size, which is filled in the same way.
    """
    if min(image.shape[:2]) < 2:
        mean = (image * trust).sum((0, 1)) / np.float32(max(float(trust.sum()), 1e-12))
        return np.asarray(image * trust + mean * (1 - trust), dtype=np.float32)
    weights = _halve(trust)
    smaller = (_halve(image * trust) / np.maximum(weights, 1e-12)).astype(np.float32)
    filled = _double(fill_in(smaller, np.minimum(weights, 1.0)), image.shape)
    return (image * trust + filled * (1 - trust)).astype(np.float32)


def _halve(values: Shares) -> Shares:
    """Sum blocks of 2 by 2: [H, W, C] to [ceil(H / 2), ceil(W / 2), C]."""
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    return even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]


def _double(values: Shares, shape: tuple[int, ...]) -> Shares:
    """Interpolate to twice the size, cut to a shape [H, W, C]."""
    size = (2 * values.shape[1], 2 * values.shape[0])
    planes = [
        np.asarray(Image.fromarray(np.ascontiguousarray(plane)).resize(size, Image.Resampling.BILINEAR))
        for plane in np.moveaxis(values, -1, 0)
    ]
    return np.stack(planes, axis=-1)[: shape[0], : shape[1]]


def _oklab(colours: PixelArray) -> NDArray[np.float64]:
    """Convert sRGB bytes [N, 3] to Oklab [N, 3], where distance is how different colours look."""
    srgb = colours / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _CONES.T) @ _LAB.T


def to_palette(image: PixelArray, palette: Sequence[str]) -> PixelArray:
    """Paint each pixel [H, W, 3] in the nearest-looking palette colour ("#rrggbb"), the first of equals."""
    colours = np.array([list(bytes.fromhex(colour[1:])) for colour in palette], dtype=np.uint8)
    bands = [slice(row, row + BAND) for row in range(0, len(image), BAND)]
    is_there = np.zeros(1 << 24, dtype=bool)
    for band in bands:
        is_there[_key(image[band])] = True
    found = np.flatnonzero(is_there).astype(np.uint32)
    pixels = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=-1).astype(np.uint8)
    targets = _oklab(colours)  # [P, 3]
    nearest = [
        ((_oklab(pixels[i : i + COLOUR_CHUNK])[:, None] - targets) ** 2).sum(-1).argmin(-1)
        for i in range(0, len(pixels), COLOUR_CHUNK)
    ]
    places = np.zeros(1 << 24, dtype=np.uint8)
    places[found] = np.concatenate(nearest)
    result = np.empty_like(image)
    for band in bands:
        result[band] = colours[places[_key(image[band])]]
    return result


def _key(pixels: PixelArray) -> NDArray[np.uint32]:
    """Return each colour [..., 3] as one number."""
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return np.bitwise_or(np.bitwise_or(red << np.uint32(16), green << np.uint32(8)), blue)
