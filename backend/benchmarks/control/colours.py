"""Colours as the eye tells them apart: the mean colour of a part of a picture, and how far it has moved.

In OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab/), times 100: lightness from 0 to 100, and
two axes of colour; a difference of about 2 is just seen.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.control.structure import Where
from tilebake.paint.picture import PixelArray

Colour = NDArray[np.float64]  # [3]

TO_CONES: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB: Final = 100 * np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(pixels: PixelArray) -> NDArray[np.float64]:
    """Convert sRGB [..., 3] to OKLab times 100, [..., 3]."""
    encoded = pixels / 255
    linear = np.where(encoded > 0.04045, ((encoded + 0.055) / 1.055) ** 2.4, encoded / 12.92)
    return np.cbrt(linear @ TO_CONES.T) @ TO_LAB.T


def mean_colour(image: PixelArray, where: Where) -> Colour:
    """Return the mean over the pixels `where` [H, W] of a picture [H, W, 3 or 4]."""
    return oklab(image[..., :3][where]).mean(axis=0)


def along(move: Colour, reference: Colour) -> float:
    """How much of a reference move a move makes: 1 for all of it, 0 for none, below 0 for the other way."""
    return float(move @ reference / (reference @ reference))


def is_monotone(values: Sequence[float]) -> bool:
    """Whether each value is above the one before it."""
    return bool((np.diff(values) > 0).all())
