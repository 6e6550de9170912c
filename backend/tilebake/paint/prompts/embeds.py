"""Hold encoded prompts as values: PromptEmbeds, and a picture's Conditioning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from tilebake.paint.prompts.tokens import Token
from tilebake.paint.regional.blending import Blending, TensorTarget
from tilebake.paint.regional.layers import AttentionLayer
from tilebake.paint.terrain_loras.low_rank import TerrainLoras


@dataclass(frozen=True, eq=False)
class PromptEmbeds:
    """Hold a prompt as the UNet takes it. Two are the same only if they are one object."""

    text: str  # without the weights' syntax
    tokens: tuple[Token, ...]  # of the first tokenizer; SDXL's two agree
    prompt_embeds: torch.Tensor  # [1, T, D]: T is 77 a chunk, D both encoders' widths together
    pooled_prompt_embeds: torch.Tensor  # [1, P]: the second encoder's, of the first chunk without weights
    loras: TerrainLoras | None = None  # under which it was encoded, and is to be projected


Attend = Callable[[torch.Tensor, int], torch.Tensor]
"""Attend in one layer and branch: queries [1, H, Q, D] at a step → [1, H, Q, D]."""


class PreparedImages(Protocol):
    """Add to a layer's attention what pictures say."""

    def add(self, layer: AttentionLayer, attends: Sequence[Attend]) -> tuple[Attend, ...]: ...


class ImagePrompts(Protocol):
    """Describe pictures that are attended to beside prompts."""

    def only(self, regions: Sequence[int]) -> "ImagePrompts": ...
    def prepare(self, blending: Blending, target: TensorTarget) -> PreparedImages: ...


@dataclass(frozen=True, eq=False)
class Conditioning:
    """Hold all the prompts of a picture. Regions are in the order of the map's terrains."""

    base: PromptEmbeds
    regions: tuple[PromptEmbeds, ...]
    negative: PromptEmbeds
    negative_regions: tuple[PromptEmbeds, ...] | None  # None when no terrain has a negative prompt of its own
    images: ImagePrompts | None = None  # what it is to look like

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said of its LoRAs."""
        loras = (region.loras for region in self.regions)
        return tuple(dict.fromkeys(note for each in loras if each is not None for note in each.notes))
