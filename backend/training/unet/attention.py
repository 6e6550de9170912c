"""Cross-attention while training: prompts in their places, or one prompt whose words are told their places.

`tilebake.paint.regional` keeps keys and values over the steps of a bake; here they have to learn.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple, cast

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from torch.nn.functional import avg_pool2d

from tilebake.paint.regional.layers import cross_attention_levels

HEARING = 0.1  # what it counts that terrains' words are heard at all, beside where each is


class Names(NamedTuple):
    """Which of a prompt's tokens name which terrain, and where that is. P terrains.

    tokens: [B, T, P] of 0 and 1. shares: [B, P, h, w]. counts: [B], how much each crop's answer does.
    """

    tokens: Tensor
    shares: Tensor
    counts: Tensor

    def to(self, device: torch.device) -> "Names":
        """The same on a device."""
        return Names(*(each.to(device) for each in self))


class Reading:
    """What is read in each crop, and the error of where its words are looked for."""

    def __init__(self, logits: Tensor, weights: Tensor, names: Names | None = None) -> None:
        """logits: [B, J * T], J prompts a crop. weights: [B, J, h, w]."""
        self.logits = logits
        self.weights = weights
        self.names = names
        self.errors: list[Tensor] = []

    def at(self, maps: Tensor, level: int) -> Tensor:
        """Maps [B, N, h, w] where the latents have been halved so often: [B, Q, N]."""
        return avg_pool2d(maps, 2**level, ceil_mode=True).flatten(2).transpose(1, 2)

    def error(self) -> Tensor:
        """Mean over layers; 0 where nothing is named."""
        return torch.stack(self.errors).mean() if self.errors else torch.zeros(())


class ReadingAttnProcessor:
    """One cross-attention layer, with J prompts a crop in one row of tokens: [B, J * T, D]."""

    def __init__(self, reading: Reading, level: int) -> None:
        self.reading = reading
        self.level = level
        self.weights = reading.at(reading.weights, level)  # [B, Q, J]

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

        def heads(projected: Tensor) -> Tensor:
            """[B, N, H * D] to [B, H, N, D]."""
            return projected.unflatten(-1, (attn.heads, -1)).transpose(1, 2)

        query, key = heads(attn.to_q(hidden_states)), heads(attn.to_k(encoder_hidden_states))
        scores = query @ key.transpose(2, 3) * attn.scale + self.reading.logits[:, None, None]
        each = scores.unflatten(-1, (self.weights.shape[-1], -1)).softmax(dim=-1)  # [B, H, Q, J, T]
        if self.reading.names is not None:
            self.reading.errors.append(misplaced(each.squeeze(3), self.reading, self.level))
        blended = (each * self.weights[:, None, :, :, None]).flatten(3)
        out = (blended @ heads(attn.to_v(encoder_hidden_states))).transpose(1, 2).flatten(2)
        return attn.to_out[1](attn.to_out[0](out))


def misplaced(attended: Tensor, reading: Reading, level: int) -> Tensor:
    """How far every head is from looking for each terrain's words where the terrain is. [B, H, Q, T]

    As in TokenCompose (arXiv:2312.03626), but asked of pixels instead of words: of what a pixel attends to
    words of terrains, how much goes to its own terrain's.
    """
    assert reading.names is not None
    mass = attended @ reading.names.tokens[:, None]  # [B, H, Q, P]
    heard = mass.sum(dim=-1) + 1e-6
    wanted = reading.at(reading.names.shares, level)[:, None]
    found = ((mass + 1e-6).log() - heard.log().unsqueeze(-1)) * wanted
    error = -found.sum(dim=-1) - HEARING * heard.log() * wanted.sum(dim=-1)
    return (error.mean(dim=(1, 2)) * reading.names.counts).mean()


@contextmanager
def read(unet: UNet2DConditionModel, reading: Reading) -> Generator[None]:
    """Within, every cross-attention layer reads so."""
    layers = cross_attention_levels(unet)
    before = [attn.get_processor() for attn, _ in layers]
    try:
        for attn, level in layers:
            _set_processor(attn, ReadingAttnProcessor(reading, level))
        yield
    finally:
        for (attn, _), processor in zip(layers, before, strict=True):
            _set_processor(attn, processor)


def _set_processor(attn: Attention, processor: object) -> None:
    attn.set_processor(cast("AttnProcessor", processor))  # the union that diffusers declares is closed
