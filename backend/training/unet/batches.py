"""What the UNet is shown at each step: crops of one size, what is said of them, and SDXL's time ids."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data.captions import scene_prompt
from training.data.latents import Latents, View
from training.data.named_caption import NamedCaption, draw_named_caption
from training.data.places import places

EMPTY_SHARE = 0.1  # of prompts left empty, for classifier-free guidance
TOLD_SHARE = 0.3  # of pooled embeddings that say what the prompt says, as a plain prompt's does
PLACED_SHARE = 0.5  # of batches whose terrains are each named in their own place, as a map's are
DARK_SHARE = 0.2  # of scenes that have a dark terrain: dark stone was taken for deep water
SLOW_SHARE = 0.3  # of single pictures that are of terrains learnt slowly
COMMON_SHARE = 0.5  # of crops that are of terrains which most maps have
LARGE = 32  # crops larger than this are of scenes alone: single pictures are no larger
NOTHING = NamedCaption("", ())


@dataclass(frozen=True)
class Crops:
    """A batch of crops of one size, and how often it is drawn at the beginning and at the end of a run."""

    side: int  # in latents
    count: int
    early: float
    late: float


# all take about as long; small crops teach words, for a step holds many of them, large ones what a map
# looks like
CROPS = (
    Crops(16, 12, early=0.45, late=0.15),
    Crops(24, 5, early=0.30, late=0.25),
    Crops(32, 3, early=0.20, late=0.35),
    Crops(56, 1, early=0.05, late=0.25),
)


class Batch(NamedTuple):
    """What is shown, and what is said of it.

    clean: latents [B, 8, side, side]. prompts: B of J, what cross-attention reads. weights: [B, J, side,
    side], how much of each prompt is read where. captions: each crop's words and what they name, where
    it has but one prompt. shown: for each crop [P, side, side], where each terrain is. scene_prompts: B, what
    the pooled embedding says; like a map's base prompt it mostly names no terrain, or the model would learn
    all terrain from there, and cross-attention, which alone can be steered by place,
    nothing. time_ids: [B, 6].
    """

    clean: Tensor
    prompts: list[list[str]]
    weights: Tensor
    captions: list[NamedCaption]
    shown: list[NDArray[np.bool_]]
    scene_prompts: list[str]
    time_ids: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same on a device."""
        clean, weights, ids = (each.to(device) for each in (self.clean, self.weights, self.time_ids))
        return self._replace(clean=clean, weights=weights, time_ids=ids)


def batch_at(data: Latents, crops: Crops, rng: np.random.Generator, *, placed: bool) -> Batch:
    """A batch of crops; `placed`: each terrain named in its own place, as a map's are."""
    pools = [_pool(rng, data, crops) for _ in range(crops.count)]
    views = [data.view(rng, int(rng.choice(pool)), crops.side, crops.side) for pool in pools]
    clean = torch.stack([view.latents for view in views]).float()
    # SDXL is told the canvas's size; here any size may be told, so that none is foreign later
    canvas = torch.from_numpy(rng.integers(16, 512, (crops.count, 2)) * 8).float()
    time_ids = torch.cat([canvas, torch.zeros_like(canvas), canvas], dim=1)
    scenes = [scene_prompt(rng) for _ in views]
    shown = [view.shown for view in views]
    if placed:
        asked = places(rng, views, scenes)
        return Batch(clean, asked.prompts, asked.weights, [], shown, scenes, time_ids)
    said = [_said(rng, view) for view in views]
    pooled = [each.text if rng.random() < TOLD_SHARE else s for each, s in zip(said, scenes, strict=True)]
    everywhere = torch.ones(len(views), 1, *clean.shape[2:])
    return Batch(clean, [[each.text] for each in said], everywhere, said, shown, pooled, time_ids)


def _said(rng: np.random.Generator, view: View) -> NamedCaption:
    return NOTHING if rng.random() < EMPTY_SHARE else draw_named_caption(rng, view.patches)


def drawn(rng: np.random.Generator, sizes: tuple[Crops, ...], progress: float) -> Crops:
    """The size of a step's crops: larger ones become likelier, for what is baked is large."""
    early, late = np.array([each.early for each in sizes]), np.array([each.late for each in sizes])
    return sizes[int(rng.choice(len(sizes), p=early * (1 - progress) + late * progress))]


def _pool(rng: np.random.Generator, data: Latents, crops: Crops) -> NDArray[np.int64]:
    """The pictures that a crop is taken from."""
    scenes, is_common = crops.side > LARGE or rng.random() < 0.5, rng.random() < COMMON_SHARE
    common = data.common_scenes if scenes else data.common_singles
    if is_common and common.size:
        return common
    if scenes:
        return data.dark_scenes if rng.random() < DARK_SHARE and data.dark_scenes.size else data.scenes
    return data.slow if rng.random() < SLOW_SHARE and data.slow.size else data.singles
