"""Hold encoded prompts as values: PromptEmbeds, and a picture's Conditioning."""

from dataclasses import dataclass

import torch

from tilebake.paint.prompts.tokens import Token


@dataclass(frozen=True, eq=False)
class PromptEmbeds:
    """Hold a prompt as the UNet takes it. Two are the same only if they are one object."""

    text: str  # without the weights' syntax
    tokens: tuple[Token, ...]  # of the first tokenizer; SDXL's two agree
    prompt_embeds: torch.Tensor  # [1, T, D]: T is 77 a chunk, D both encoders' widths together
    pooled_prompt_embeds: torch.Tensor  # [1, P]: the second encoder's, of the first chunk without weights


@dataclass(frozen=True, eq=False)
class Conditioning:
    """Hold all the prompts of a picture. Regions are in the order of the map's terrains."""

    base: PromptEmbeds
    regions: tuple[PromptEmbeds, ...]
    negative: PromptEmbeds
    negative_regions: tuple[PromptEmbeds, ...] | None  # None when no terrain has a negative prompt of its own
