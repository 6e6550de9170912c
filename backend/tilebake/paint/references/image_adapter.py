"""Hold an IP-Adapter: what it makes of a picture, and the keys and values that layers attend to.

Ye et al. 2023, "IP-Adapter: Text Compatible Image Prompt Adapter", arXiv:2308.06721.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import torch
from diffusers.models.attention_processor import Attention
from torch import nn
from transformers import CLIPVisionModelWithProjection

from tilebake.paint.regional.layer_prompts import split_heads


class LayerWeights(NamedTuple):
    """Hold what an adapter adds to one cross-attention layer."""

    to_k: nn.Linear  # [C_cross → H·D]
    to_v: nn.Linear


class ImageTokens(NamedTuple):
    """Hold what a picture says, in the form of a prompt's embeddings, by the branches of guidance."""

    cond: torch.Tensor  # [1, T, D]
    uncond: torch.Tensor  # [1, T, D]: of no picture


class ImageAdapter(nn.Module):
    """Read pictures, and let the layers of one UNet attend to them."""

    def __init__(
        self,
        image_encoder: CLIPVisionModelWithProjection,
        projection: nn.Module,
        layers: Mapping[Attention, LayerWeights],
        *,
        reads_patches: bool,
    ) -> None:
        """Take the networks of an adapter.

        `reads_patches`: its projection takes all of the encoder's last states but one, not its summary.
        """
        super().__init__()
        self.image_encoder = image_encoder
        self.projection = projection
        self.reads_patches = reads_patches
        self._places = {attn: place for place, attn in enumerate(layers)}
        self.to_k = nn.ModuleList([each.to_k for each in layers.values()])
        self.to_v = nn.ModuleList([each.to_v for each in layers.values()])

    @property
    def image_size(self) -> int:
        """Pixels along a side of the pictures that it reads."""
        return cast("int", self.image_encoder.config.image_size)

    def read(self, pixels: torch.Tensor) -> ImageTokens:
        """Read a picture [1, 3, S, S], normalised as CLIP's are.

        No picture is a summary of zeros, or what the encoder sees in a picture of zeros, as in diffusers.
        """
        if self.reads_patches:
            states = [self._patches(each) for each in (pixels, torch.zeros_like(pixels))]
        else:
            summary = self.image_encoder(pixels).image_embeds  # [1, P]
            states = [summary, torch.zeros_like(summary)]
        cond, uncond = (cast("torch.Tensor", self.projection(each)) for each in states)
        return ImageTokens(cond, uncond)

    def _patches(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the encoder's last hidden states but one: [1, N, W]."""
        return cast("Any", self.image_encoder)(pixels, output_hidden_states=True).hidden_states[-2]

    def keys_and_values(self, attn: Attention, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Project tokens [1, T, D] to the key and value [H, T, D] of a layer."""
        place = self._places[attn]
        key, value = self.to_k[place](tokens), self.to_v[place](tokens)
        return split_heads(key, attn.heads)[0], split_heads(value, attn.heads)[0]
