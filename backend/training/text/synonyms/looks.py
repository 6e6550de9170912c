"""How a terrain looks in a model's own paintings: its mean colour, and how rough it is."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import tilebake

Picture = NDArray[np.uint8]  # [h, w, 3]

SIDE: Final = 4  # tiles of a picture's side; their borders are not measured
MARGIN: Final = 32  # pixels
SEEDS: Final = (1, 2)
LUMINANCE: Final = (0.2126, 0.7152, 0.0722)


class Look(NamedTuple):
    """A terrain's mean colour, "#rrggbb" in sRGB, and the deviation of its luminance, 0 to 1."""

    colour: str
    roughness: float


def paint_terrains(model: Path, first_nouns: Mapping[str, str], folder: Path) -> dict[str, list[Picture]]:
    """Pictures of each terrain, by the first of its nouns; kept as PNG files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: [folder / f"{name}.{seed}.png" for seed in SEEDS] for name in first_nouns}
    if not all(file.exists() for each in files.values() for file in each):
        painter = tilebake.load_painter(str(model))
        for name, noun in first_nouns.items():
            for seed, file in zip(SEEDS, files[name], strict=True):
                if not file.exists():
                    tilebake.write_png(file, painter.bake_map(level_of(noun), seed=seed).image)
    return {name: [_read(file) for file in each] for name, each in files.items()}


def level_of(prompt: str, side: int = SIDE) -> dict[str, object]:
    """A square map of nothing but one terrain."""
    terrains, legend = {"all": prompt}, {"x": "all"}
    return {"tilebake": 1, "terrains": terrains, "legend": legend, "rows": ["x" * side] * side}


def look(pictures: Iterable[Picture]) -> Look:
    """Measure pictures of one terrain."""
    insides = [each[MARGIN:-MARGIN, MARGIN:-MARGIN].astype(np.float64) for each in pictures]
    red, green, blue = np.mean([each.mean(axis=(0, 1)) for each in insides], axis=0).round().astype(int)
    roughness = float(np.mean([(each @ LUMINANCE).std() for each in insides])) / 255
    return Look(f"#{red:02x}{green:02x}{blue:02x}", round(roughness, 3))


def _read(file: Path) -> Picture:
    return np.asarray(Image.open(file).convert("RGB"))
