"""Regional attention for training: the product's formula for a batch of crops, each with its own prompts.

`tilebake.paint.regional.attention` keeps keys and values over the steps of a bake; here they have to learn.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from tilebake.paint.regional.layers import cross_attention_levels
from training.data.places import Places


class PlacedAttnProcessor:
    """One cross-attention layer, with J prompts a crop in one row of tokens: [B, J * T, D]."""

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights  # [B, J, Q]

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
    ) -> Tensor:
        """[B, Q, C] to [B, Q, C]."""
        assert attention_mask is None, "prompts are padded, never masked"
        assert encoder_hidden_states is not None, "this is no cross-attention"
        assert attn.to_k is not None
        assert attn.to_v is not None
        assert attn.to_out is not None
        prompts = self.weights.shape[1]

        def heads(projected: Tensor) -> Tensor:
            """[B, J * N, H * D] to [B * J, H, N, D]."""
            return (
                projected.unflatten(1, (prompts, -1))
                .flatten(0, 1)
                .unflatten(-1, (attn.heads, -1))
                .transpose(1, 2)
            )

        key, value = heads(attn.to_k(encoder_hidden_states)), heads(attn.to_v(encoder_hidden_states))
        query = heads(attn.to_q(hidden_states).repeat(1, prompts, 1))
        attended = scaled_dot_product_attention(query, key, value)  # [B * J, H, Q, D]
        attended = attended.transpose(1, 2).flatten(2).unflatten(0, (-1, prompts))  # [B, J, Q, C]
        blended = (attended * self.weights.unsqueeze(-1).to(attended.dtype)).sum(dim=1)
        return attn.to_out[1](attn.to_out[0](blended))


@contextmanager
def placed(unet: UNet2DConditionModel, places: Places) -> Generator[None]:
    """Within, each crop's cross-attention reads its own prompts in their places."""
    layers = cross_attention_levels(unet)
    before = [attn.get_processor() for attn, _ in layers]
    weights = {level: places.at(level) for level in {level for _, level in layers}}
    try:
        for attn, level in layers:
            _set_processor(attn, PlacedAttnProcessor(weights[level]))
        yield
    finally:
        for (attn, _), processor in zip(layers, before, strict=True):
            _set_processor(attn, processor)


def _set_processor(attn: Attention, processor: object) -> None:
    attn.set_processor(cast("AttnProcessor", processor))  # the union that diffusers declares is closed


def row(prompt_embeds: Tensor, crops: int) -> Tensor:
    """A crop's prompts one after another: [B * J, T, D] to [B, J * T, D]."""
    return torch.flatten(prompt_embeds.unflatten(0, (crops, -1)), 1, 2)
