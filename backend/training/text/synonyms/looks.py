"""How a terrain looks in a model's own paintings: its mean colour, and how rough it is."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

import tilebake

SIDE: Final = 4  # tiles; their borders are left out
MARGIN: Final = 32  # pixels
LUMINANCE: Final = (0.2126, 0.7152, 0.0722)


class Look(NamedTuple):
    """A terrain's mean colour, "#rrggbb" in sRGB, and the deviation of its luminance, 0 to 1."""

    colour: str
    roughness: float


def paint(painter: "tilebake.MapPainter", noun: str, seed: int) -> NDArray[np.uint8]:
    """A square of nothing but one terrain, [h, w, 3]."""
    terrains, legend = {"all": noun}, {"x": "all"}
    level = {"tilebake": 1, "terrains": terrains, "legend": legend, "rows": ["x" * SIDE] * SIDE}
    return painter.bake_map(level, seed=seed).image[..., :3]


def look(pictures: Iterable[NDArray[np.uint8]]) -> Look:
    """Measure pictures of one terrain."""
    insides = [each[MARGIN:-MARGIN, MARGIN:-MARGIN].astype(np.float64) for each in pictures]
    red, green, blue = np.mean([each.mean(axis=(0, 1)) for each in insides], axis=0).round().astype(int)
    roughness = float(np.mean([(each @ LUMINANCE).std() for each in insides])) / 255
    return Look(f"#{red:02x}{green:02x}{blue:02x}", round(roughness, 3))
