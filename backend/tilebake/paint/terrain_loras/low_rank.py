"""Add what LoRAs say to a model's layers, while its weights stay as they are.

A LoRA (Hu et al. 2021, arXiv:2106.09685) changes a layer's weight W to W + w · B A. The layer's output is
then W x + w · B (A x), which can be computed beside the layer, and for each input with another w.
"""

from collections.abc import Generator, Hashable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional


class LowRank(NamedTuple):
    """Hold the two matrices of a LoRA that change one layer."""

    down: torch.Tensor  # [r, in]: A
    up: torch.Tensor  # [out, r]: B, times alpha / r

    def add(self, given: torch.Tensor, taken: torch.Tensor, share: torch.Tensor | float) -> torch.Tensor:
        """Return a layer's output [..., out] for an input [..., in] with what is added to it.

        `share` is one number, or [N, 1] or [N, r] along the last but one axis of the input. It is taken where
        the least has to be multiplied, between the two matrices.
        """
        down, up = self.down.to(taken), self.up.to(taken)
        inner = functional.linear(taken, down) * share
        return torch.addmm(given.flatten(0, -2), inner.flatten(0, -2), up.T).view_as(given)


@dataclass(frozen=True, eq=False)
class LoraLayers:
    """Hold the layers of a LoRA's file, by the modules of a model. Two are the same only if one object."""

    layers: Mapping[nn.Module, LowRank]
    notes: tuple[str, ...] = ()  # what has to be said of it


class WeighedLora(NamedTuple):
    """Hold a LoRA, and how strongly it works in one terrain."""

    lora: LoraLayers
    weight: float


@dataclass(frozen=True, eq=False)
class TerrainLoras:
    """Hold the LoRAs of one terrain, under which its prompts are read."""

    loras: tuple[WeighedLora, ...]
    key: Hashable  # of their contents and weights

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said of them."""
        return tuple(note for lora, _ in self.loras for note in lora.notes)

    def add(self, layer: nn.Module, taken: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        """Return a layer's output [..., out] for an input [..., in] with what the LoRAs add to it."""
        for lora, weight in self.loras:
            if (found := lora.layers.get(layer)) is not None:
                given = found.add(given, taken, weight)
        return given

    @contextmanager
    def work_in(self, *networks: nn.Module) -> Generator[None]:
        """Add to every layer of `networks`, whatever it is given; on exit they are as they were."""
        known = {layer for lora, _ in self.loras for layer in lora.layers}
        with ExitStack() as hooks:
            for layer in (each for network in networks for each in network.modules() if each in known):
                hooks.enter_context(layer.register_forward_hook(partial(_add_to, self)))
            yield


def _add_to(
    loras: TerrainLoras, layer: nn.Module, taken: tuple[torch.Tensor], given: torch.Tensor
) -> torch.Tensor:
    return loras.add(layer, taken[0], given)
