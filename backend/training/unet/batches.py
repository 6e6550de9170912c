"""What the UNet is shown at each step: crops of one size, their captions, and SDXL's time ids."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data.captions import caption, scene_prompt
from training.data.latents import Latents
from training.data.places import Places, places

EMPTY_SHARE = 0.1  # of captions left empty, for classifier-free guidance
TOLD_SHARE = 0.4  # of pooled embeddings that say what the caption says, as a plain prompt's does
PLACED_SHARE = 0.6  # of batches whose terrains are each named in their own place, as a map's are
DARK_SHARE = 0.3  # of scenes that have a dark terrain: dark stone was taken for deep water
SLOW_SHARE = 0.4  # of single pictures that are of terrains learnt slowly
LARGE = 32  # crops larger than this are of scenes alone: single pictures are no larger


@dataclass(frozen=True)
class Crops:
    """A batch of crops of one size, and how often it is drawn at the beginning and at the end of a run."""

    side: int  # in latents
    count: int
    early: float
    late: float


# small crops teach words, for a step holds many captions of them; large ones what a map looks like
CROPS = (
    Crops(16, 12, early=0.40, late=0.10),
    Crops(24, 6, early=0.25, late=0.25),
    Crops(32, 4, early=0.25, late=0.40),
    Crops(56, 2, early=0.10, late=0.25),
)


class Batch(NamedTuple):
    """What is shown, and what is said of it.

    clean: latents [B, 8, side, side]. captions: B, what cross-attention reads. scene_prompts: B, what
    the pooled embedding says; like a map's base prompt it names no terrain, or the model would learn all
    terrain from there, and cross-attention, which alone can be steered by place, nothing. time_ids: [B, 6].
    """

    clean: Tensor
    captions: list[str]
    scene_prompts: list[str]
    time_ids: Tensor
    places: Places | None = None  # what cross-attention reads instead of the captions, and where


def drawn(rng: np.random.Generator, sizes: tuple[Crops, ...], progress: float) -> Crops:
    """The size of a step's crops: larger ones become likelier, for what is baked is large."""
    early, late = np.array([each.early for each in sizes]), np.array([each.late for each in sizes])
    return sizes[int(rng.choice(len(sizes), p=early * (1 - progress) + late * progress))]


def rng_of(step: int) -> np.random.Generator:
    """Each step is seeded by its number, so that a resumed run goes on with what it would have seen."""
    return np.random.default_rng((3, step))


def batch_at(data: Latents, sizes: tuple[Crops, ...], step: int, steps: int) -> Batch:
    """The batch of a step."""
    rng = rng_of(step)
    size = drawn(rng, sizes, step / steps)
    pools = [_pool(rng, data, size) for _ in range(size.count)]
    views = [data.view(rng, int(rng.choice(pool)), size.side, size.side) for pool in pools]
    captions = ["" if rng.random() < EMPTY_SHARE else caption(rng, view.patches) for view in views]
    # SDXL is told the canvas's size; here any size may be told, so that none is foreign later
    canvas = torch.from_numpy(rng.integers(16, 512, (size.count, 2)) * 8).float()
    time_ids = torch.cat([canvas, torch.zeros_like(canvas), canvas], dim=1)
    clean = torch.stack([view.latents for view in views]).float()
    if rng.random() < PLACED_SHARE:
        scenes = [scene_prompt(rng) for _ in views]
        return Batch(clean, captions, scenes, time_ids, places(rng, views, scenes))
    scenes = [text if rng.random() < TOLD_SHARE else scene_prompt(rng) for text in captions]
    return Batch(clean, captions, scenes, time_ids)


def _pool(rng: np.random.Generator, data: Latents, size: Crops) -> NDArray[np.int64]:
    """The pictures that a crop is taken from."""
    if size.side > LARGE or rng.random() < 0.5:
        return data.dark_scenes if rng.random() < DARK_SHARE and data.dark_scenes.size else data.scenes
    return data.slow if rng.random() < SLOW_SHARE and data.slow.size else data.singles


def shape_at(sizes: tuple[Crops, ...], step: int, steps: int, channels: int) -> tuple[int, int, int, int]:
    """The shape of that batch's latents, known before it is made."""
    size = drawn(rng_of(step), sizes, step / steps)
    return size.count, channels, size.side, size.side
