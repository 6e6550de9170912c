"""Hold what was observed of words as data, and write it as .npz."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.errors import BakeError


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """Hold the share of its attention that each pixel gave to each word, at every step and level."""

    words: tuple[str, ...]
    regions: tuple[tuple[int | None, ...], ...]  # whose prompt each stands in; None is the base prompt
    levels: Mapping[int, NDArray[np.float32]]  # [steps, W, h, w], averaged over heads and layers

    def sizes(self) -> Mapping[int, tuple[int, int]]:
        """Return height and width of the maps of each level."""
        return {level: (maps.shape[2], maps.shape[3]) for level, maps in self.levels.items()}

    def by_step(self, level: int | None = None) -> NDArray[np.float32]:
        """Return maps [steps, W, h, w] at one level, or the mean over the levels at the finest size."""
        if level is not None:
            return self.levels[level]
        finest = min(self.levels)
        return np.mean(
            [
                _enlarge(maps, 2 ** (level - finest), self.sizes()[finest])
                for level, maps in self.levels.items()
            ],
            axis=0,
        )


def find_level(name: str, sizes: Mapping[int, tuple[int, int]]) -> int:
    """Find the level whose maps are `name` large: "32" along a side, or "32x24", width and height.

    `sizes` are heights and widths by level. Raises BakeError, naming the sizes there are.
    """
    for level, (height, width) in sizes.items():
        if name in (str(width), str(height), f"{width}x{height}"):
            return level
    there = ", ".join(f"{width}x{height}" for height, width in sizes.values())
    raise BakeError(f"there are no attention maps of size {name!r}", hint=f"choose one of: {there}")


def npz_bytes(maps: AttentionMaps, terrains: Sequence[str]) -> bytes:
    """Write the maps as numpy's .npz.

    `words` [W], `terrains` [W] (see `places`), `steps` [steps] counted from 1, and for each level
    `maps_WIDTHxHEIGHT` float32 [steps, W, h, w].
    """
    arrays: dict[str, NDArray[np.generic]] = {
        f"maps_{each.shape[3]}x{each.shape[2]}": each for each in maps.levels.values()
    }
    steps = len(next(iter(maps.levels.values())))
    file = io.BytesIO()
    np.savez_compressed(
        file,
        allow_pickle=False,
        words=np.array(maps.words),
        terrains=np.array([places(regions, terrains) for regions in maps.regions]),
        steps=np.arange(1, steps + 1),
        **arrays,
    )
    return file.getvalue()


def places(regions: Sequence[int | None], terrains: Sequence[str]) -> str:
    """Say whose prompt it is, in words."""
    return ", ".join("base prompt" if region is None else terrains[region] for region in regions)


def _enlarge(maps: NDArray[np.float32], zoom: int, size: tuple[int, int]) -> NDArray[np.float32]:
    """Enlarge maps [steps, W, h, w] to [steps, W, *size], smoothly.

    Sizes were rounded up when they were halved: the last row and column may lie in part outside.
    """
    height, width = size
    enlarged = [
        Image.fromarray(each).resize(
            (width, height), Image.Resampling.BILINEAR, box=(0, 0, width / zoom, height / zoom)
        )
        for each in maps.reshape(-1, *maps.shape[2:])
    ]
    return np.stack([np.asarray(each) for each in enlarged]).reshape(*maps.shape[:2], height, width)
