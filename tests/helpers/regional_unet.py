"""Run a tiny UNet under regional attention, over small maps and prompts at random; no test itself."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import torch
from diffusers.models.attention_processor import Attention
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from tilebake.level.canvas import canvas_for
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.regional.attention import (
    RegionalAttention,
    RegionalContext,
)
from tilebake.paint.regional.blending import Blending, blending
from tilebake.paint.regional.layers import cross_attention_levels

if TYPE_CHECKING:
    pass


HALVES = ("ggww", "ggww")


def draw(rows: Sequence[str]) -> TileMap:
    """A map of grass, sand and water, by their first letters."""
    terrains = {"grass": "grass", "sand": "sand", "water": "water"}
    legend = {"g": "grass", "s": "sand", "w": "water", ".": None}
    wire = {"tilebake": 1, "base_prompt": "", "terrains": terrains, "legend": legend, "rows": rows}
    return parse_map(json.dumps(wire))


def blend(rows: Sequence[str], pixels_per_tile: int = 32, **values: object) -> Blending:
    tilemap = draw(rows)
    values = {"pixels_per_tile": pixels_per_tile, **values}
    return blending(tilemap, canvas_for(tilemap, pixels_per_tile), BakeSettings.model_validate(values), 3)


def prompt(seed: int, chunks: int = 1) -> PromptEmbeds:
    """An encoded prompt of the tiny model's widths, at random."""
    generator = torch.Generator().manual_seed(seed)
    embeds = torch.randn(1, 77 * chunks, 80, generator=generator)
    return PromptEmbeds("", (), embeds, torch.randn(1, 48, generator=generator))


BASE, NEGATIVE, GRASS, SAND, WATER, SNOW = (prompt(seed) for seed in range(6))


def randn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def latents_for(blending: Blending, batch: int) -> torch.Tensor:
    height, width = next(iter(blending.regions.values())).empty.shape
    return randn(1, 4, height, width).expand(batch, -1, -1, -1)


def forward(unet: UNet2DConditionModel, latents: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
    batch = len(latents)
    conditions = {"text_embeds": randn(1, 48).expand(batch, -1), "time_ids": torch.zeros(batch, 6)}
    with torch.no_grad():
        return unet(latents, 500, encoder_hidden_states=text, added_cond_kwargs=conditions).sample


def regional(
    unet: UNet2DConditionModel, conditioning: Conditioning, blending: Blending, *, guidance: bool = True
) -> AbstractContextManager[RegionalContext]:
    return RegionalAttention(unet, conditioning, blending, guidance=guidance, epsilon=0).install()


def paint(
    unet: UNet2DConditionModel,
    conditioning: Conditioning,
    blending: Blending,
    *,
    guidance: bool = True,
    step: int = 0,
) -> torch.Tensor:
    """What the UNet predicts under regional attention."""
    latents = latents_for(blending, 2 if guidance else 1)
    with regional(unet, conditioning, blending, guidance=guidance) as context:
        context.step = step
        return forward(unet, latents, context.encoder_hidden_states)


def first_layer(unet: UNet2DConditionModel, level: int) -> Attention:
    return next(attn for attn, at in cross_attention_levels(unet) if at == level)
