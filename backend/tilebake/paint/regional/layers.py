"""Find a UNet's attention layers, and how often its latents have been halved at each.

Read from the structure: a down block ends in its downsampler and an up block in its upsampler, so their
layers stand before it, and the middle block works on what the down blocks hand on. Padded strides of 2 round
up, and an up block is brought to the size of its skip connection: level i is ceil(h / 2^i) high.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.attention_processor import Attention
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn

if TYPE_CHECKING:
    from diffusers import ControlNetModel

_Module = TypeVar("_Module", bound=nn.Module)


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


def pixel_layers(unet: "UNet2DConditionModel | ControlNetModel") -> dict[nn.Linear, int]:
    """List the linear layers that see pixels, each by itself, with their levels.

    They are all in transformers but the projections of prompts.
    """
    cross = [layer.attn for layer in cross_attention_levels(unet)]
    of_prompts = {each for attn in cross for each in (attn.to_k, attn.to_v)}
    return {
        layer: level
        for block, level in _blocks(unet)
        for transformer in _within(block, Transformer2DModel)
        for layer in _within(transformer, nn.Linear)
        if layer not in of_prompts
    }


def _transformers(
    unet: "UNet2DConditionModel | ControlNetModel",
) -> Iterator[tuple[BasicTransformerBlock, int]]:
    for block, level in _blocks(unet):
        yield from ((transformer, level) for transformer in _within(block, BasicTransformerBlock))


def _blocks(unet: "UNet2DConditionModel | ControlNetModel") -> Iterator[tuple[nn.Module, int]]:
    """Yield the blocks of a UNet, and how often latents have been halved in their transformers."""
    level = 0
    for block in unet.down_blocks:
        yield block, level
        level += isinstance(block.downsamplers, nn.ModuleList)
    # Slimmed relatives of SDXL have none, whatever diffusers declares.
    if unet.mid_block is not None:  # pyright: ignore[reportUnnecessaryComparison]
        yield unet.mid_block, level
    for block in getattr(unet, "up_blocks", ()):  # of which a ControlNet has none
        yield block, level
        level -= isinstance(block.upsamplers, nn.ModuleList)


def _within(block: nn.Module, kind: type[_Module]) -> Iterator[_Module]:
    for module in block.modules():
        if isinstance(module, kind):
            yield module
