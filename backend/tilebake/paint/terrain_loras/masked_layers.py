"""Let the layers that see pixels work under LoRAs, each within its terrains' masks.

To the output of such a layer at pixel x, Σ_l s_l(x) · B_l (A_l · input(x)) is added, with

    s_l(x) = Σ_r w_lr · m_r(x)

over the terrains r that LoRA l works in with weight w_lr. Where a mask is 1 that is the layer with the LoRA
fused into its weights.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tilebake.paint.regional.blending import Blending, StepWeights, TensorTarget, map_once, prompt_weights
from tilebake.paint.terrain_loras.low_rank import LoraLayers, LowRank, TerrainLoras


class _AtStep(Protocol):
    """Know the step that is denoised."""

    @property
    def step(self) -> int: ...


class _Change(NamedTuple):
    """Hold what the LoRAs change in one layer: their matrices, one below the other."""

    level: int
    matrices: LowRank
    rows: torch.Tensor  # the rows of the shares that those of `matrices.down` belong to: [r], or [1] for all


class MaskedLoras:
    """Prepare the LoRAs of a picture's regions for the layers of one UNet, and install them."""

    def __init__(
        self,
        layers: Mapping[nn.Linear, int],
        regions: Sequence[TerrainLoras | None],
        blending: Blending,
        target: TensorTarget,
    ) -> None:
        """Take the UNet's layers that see pixels, with their levels, and what works in each region."""
        loras = [*dict.fromkeys(lora for each in regions if each is not None for lora, _ in each.loras)]
        self._shares = lora_shares(loras, regions, blending, target)
        self._changes = [
            (layer, _stack(level, found, target.device))
            for layer, level in layers.items()
            if (found := {at: each.layers[layer] for at, each in enumerate(loras) if layer in each.layers})
        ]

    @contextmanager
    def install(self, context: _AtStep) -> Generator[None]:
        """Add to the layers' outputs, by the step that `context` is at; on exit they are as they were."""
        with ExitStack() as hooks:
            for layer, change in self._changes:
                hooks.enter_context(layer.register_forward_hook(partial(self._add, context, change)))
            yield

    def _add(
        self,
        context: _AtStep,
        change: _Change,
        _layer: nn.Module,
        taken: tuple[torch.Tensor],
        given: torch.Tensor,
    ) -> torch.Tensor:
        """Return the output [B, Q, out] of a layer for its input [B, Q, in] with what is added to it."""
        shares = self._shares[context.step][change.level]
        return change.matrices.add(given, taken[0], shares[change.rows].T)


def _stack(level: int, found: Mapping[int, LowRank], device: torch.device) -> _Change:
    """Lay the matrices of several LoRAs together, by their rows among the shares, for one product of all."""
    if len(found) == 1:
        (row, matrices), *_ = found.items()
        return _Change(level, matrices, torch.tensor([row], device=device))
    down, up = (
        torch.cat([each.down for each in found.values()]),
        torch.cat([each.up for each in found.values()], 1),
    )
    rows = [row for row, each in found.items() for _ in range(len(each.down))]
    return _Change(level, LowRank(down, up), torch.tensor(rows, device=device))


def lora_shares(
    loras: Sequence[LoraLayers],
    regions: Sequence[TerrainLoras | None],
    blending: Blending,
    target: TensorTarget,
) -> StepWeights:
    """Weigh L LoRAs at each pixel, by step and level: [L, Q]."""
    weights = np.zeros((len(loras), len(regions)))
    for region, terrain in enumerate(regions):
        for lora, weight in () if terrain is None else terrain.loras:
            weights[loras.index(lora), region] += weight

    def weigh(levels: tuple[NDArray[np.float64], ...]) -> tuple[torch.Tensor, ...]:
        shares = (weights @ masks[1:] for masks in levels)
        return tuple(torch.from_numpy(each).to(target.device, target.dtype) for each in shares)

    rows = range(1, 1 + len(regions))  # the first one is of pixels without a tile
    return map_once(prompt_weights(blending.masks_alone, rows, target.levels), weigh)
