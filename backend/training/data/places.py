"""Where each terrain of a crop is, in soft masks like those of a bake, and what is said of it there."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from training.data.captions import phrase
from training.data.latents import View

SOFTNESS = (2.0, 4.5)  # latents; a bake's masks have 4, at a contrast of 2 as if it were 2.8
BASE_WEIGHT = (0.1, 0.4)  # of the scene prompt; a bake's is 0.3 when nothing else is asked for


class Places(NamedTuple):
    """J prompts for each of B crops: of the scene, and of each terrain; the rest empty and without weight."""

    prompts: list[list[str]]  # B of J
    weights: Tensor  # [B, J, h, w], each pixel's sum is 1


def places(rng: np.random.Generator, views: Sequence[View], scenes: Sequence[str]) -> Places:
    """What a map with these views' terrains would ask for, each in its place."""
    count = 1 + max(len(view.patches) for view in views)
    # like patches are called alike, for encoding prompts is a good part of a step
    said = {patch: phrase(rng, patch) for view in views for patch in view.patches}
    prompts = [
        [scene, *(said[patch] for patch in view.patches), *[""] * (count - 1 - len(view.patches))]
        for view, scene in zip(views, scenes, strict=True)
    ]
    return Places(prompts, torch.stack([_weights(rng, view.shown, count) for view in views]))


def _weights(rng: np.random.Generator, shown: NDArray[np.bool_], count: int) -> Tensor:
    """[J, h, w] from where the terrains are, [P, h, w]."""
    softness, base = rng.uniform(*SOFTNESS), rng.uniform(*BASE_WEIGHT)
    soft = ndimage.gaussian_filter(shown.astype(np.float32), (0, softness, softness), mode="nearest") + 1e-6
    weights = np.zeros((count, *shown.shape[1:]), np.float32)
    weights[0] = base
    weights[1 : 1 + len(soft)] = (1 - base) * soft / soft.sum(axis=0)
    return torch.from_numpy(weights)
