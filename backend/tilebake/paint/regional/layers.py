"""Find a UNet's attention layers, and how often its latents have been halved at each.

Read from the structure: a down block ends in its downsampler and an up block in its upsampler, so their
layers stand before it, and the middle block works on what the down blocks hand on. Padded strides of 2 round
up, and an up block is brought to the size of its skip connection: level i is ceil(h / 2^i) high.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.attention_processor import Attention
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn

if TYPE_CHECKING:
    from diffusers import ControlNetModel


class AttentionLayer(NamedTuple):
    """Name an attention layer, and how often its latents have been halved there."""

    attn: Attention
    level: int


def cross_attention_levels(unet: "UNet2DConditionModel | ControlNetModel") -> list[AttentionLayer]:
    """List every layer that attends to prompts, with its level."""
    return [
        AttentionLayer(block.attn2, level)
        for block, level in _transformers(unet)
        if isinstance(block.attn2, Attention)
    ]


def self_attention_levels(unet: UNet2DConditionModel) -> list[AttentionLayer]:
    """List every layer in which pixels attend to each other, with its level."""
    return [AttentionLayer(block.attn1, level) for block, level in _transformers(unet)]


def _transformers(
    unet: "UNet2DConditionModel | ControlNetModel",
) -> Iterator[tuple[BasicTransformerBlock, int]]:
    level = 0
    for block in unet.down_blocks:
        yield from ((transformer, level) for transformer in _within(block))
        level += isinstance(block.downsamplers, nn.ModuleList)
    # Slimmed relatives of SDXL have none, whatever diffusers declares.
    if unet.mid_block is not None:  # pyright: ignore[reportUnnecessaryComparison]
        yield from ((transformer, level) for transformer in _within(unet.mid_block))
    for block in getattr(unet, "up_blocks", ()):  # of which a ControlNet has none
        yield from ((transformer, level) for transformer in _within(block))
        level -= isinstance(block.upsamplers, nn.ModuleList)


def _within(block: nn.Module) -> Iterator[BasicTransformerBlock]:
    for module in block.modules():
        if isinstance(module, BasicTransformerBlock):
            yield module
