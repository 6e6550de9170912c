"""Weigh every prompt at every pixel, step and level of the UNet, before the first step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.level.canvas import Canvas
from tilebake.level.masks.blend_schedule import Blend, blend_steps
from tilebake.level.masks.regions import Regions, masks_of, pool
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap

StepWeights = tuple[tuple[torch.Tensor, ...], ...]  # by step, then by level: [J, Q]
PromptWeights = tuple[tuple[NDArray[np.float64], ...], ...]  # likewise; steps that are alike are one object

_T = TypeVar("_T")
_U = TypeVar("_U")


class TensorTarget(NamedTuple):
    """Describe what weights are made for: a UNet's attention levels, device and precision."""

    levels: int
    device: torch.device
    dtype: torch.dtype


@dataclass(frozen=True, eq=False)
class Blending:
    """Hold the blending parameters of every step, and the masks for every sigma among them."""

    steps: tuple[Blend, ...]
    regions: Mapping[float, Regions]  # by mask_sigma

    @property
    def latent_size(self) -> tuple[int, int]:
        """Height and width in latent pixels."""
        height, width = next(iter(self.regions.values())).empty.shape
        return height, width

    @property
    def plain(self) -> "Blending":
        """Blending of as many steps and pixels, by the base prompt alone."""
        return plain_blending(self.latent_size, len(self.steps))

    @property
    def masks_alone(self) -> "Blending":
        """Blending by masks of weight 1 at every step, and the base prompt only where there is no tile."""
        return Blending(tuple(Blend(0.0, 1.0, blend.mask_sigma) for blend in self.steps), self.regions)


def blending(tilemap: TileMap, canvas: Canvas, settings: BakeSettings, steps: int) -> Blending:
    """Blend a map's prompts over `steps` denoising steps."""
    blends = blend_steps(settings, tilemap.grid, tilemap.tile_size, steps)
    sigmas = dict.fromkeys(blend.mask_sigma for blend in blends)
    return Blending(blends, {sigma: masks_of(tilemap, canvas, settings, sigma) for sigma in sigmas})


def plain_blending(latent_size: tuple[int, int], steps: int) -> Blending:
    """Blend the base prompt alone, everywhere: plain SDXL. `latent_size` is height and width."""
    nothing = Regions((), np.zeros((0, *latent_size), np.float32), np.ones(latent_size, np.float32))
    return Blending((Blend(1.0, 0.0, 1.0),) * steps, {1.0: nothing})


def prompt_weights(blending: Blending, rows: Sequence[int], levels: int) -> PromptWeights:
    """Weigh J prompts at the Q pixels of each level, [J, Q], for each step.

    Row 0 is the base prompt's: base_prompt_weight everywhere, and regional_prompt_weight times the empty
    share. Region r adds regional_prompt_weight times its mask to row rows[r]: its prompt's.
    """
    pyramids = {
        sigma: [_by_prompt(shares, rows) for shares in pool(regions.shares, levels)]
        for sigma, regions in blending.regions.items()
    }
    made = {
        blend: tuple(_weigh(blend, shares) for shares in pyramids[blend.mask_sigma])
        for blend in dict.fromkeys(blending.steps)
    }
    return tuple(made[blend] for blend in blending.steps)


def step_weights(blending: Blending, rows: Sequence[int], target: TensorTarget) -> StepWeights:
    """Weigh prompts as `prompt_weights` does, as tensors on the target's device."""
    return on_device(prompt_weights(blending, rows, target.levels), target)


def on_device(weights: PromptWeights, target: TensorTarget) -> StepWeights:
    """Move weights to the target's device; those of steps that are alike stay one object."""
    return map_once(
        weights,
        lambda levels: tuple(torch.from_numpy(each).to(target.device, target.dtype) for each in levels),
    )


def map_once(steps: Sequence[_T], make: Callable[[_T], _U]) -> tuple[_U, ...]:
    """Map steps by `make`, once for steps that are the same object."""
    made = {key: make(step) for key, step in {id(step): step for step in steps}.items()}
    return tuple(made[id(step)] for step in steps)


def _by_prompt(shares: NDArray[np.float32], rows: Sequence[int]) -> NDArray[np.float64]:
    """Sum shares of regions [R+1, h, w], the empty one last, to shares of prompts [J, Q]."""
    by_prompt = np.zeros((1 + max(rows, default=0), shares[0].size))
    for row, share in zip([*rows, 0], shares.reshape(len(shares), -1), strict=True):
        by_prompt[row] += share
    return by_prompt


def _weigh(blend: Blend, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = blend.regional_prompt_weight * shares
    weights[0] += blend.base_prompt_weight
    return weights
