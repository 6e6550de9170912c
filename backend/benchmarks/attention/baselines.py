"""What regional attention is compared with, as attention processors in diffusers' own manner."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch.nn.functional import scaled_dot_product_attention

from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.regional.attention import attention_target, regional_attention
from tilebake.paint.regional.blending import Blending, step_weights
from tilebake.paint.regional.layer_prompts import distinct_prompts
from tilebake.paint.regional.layers import AttentionLayer, cross_attention_levels

MakeProcessor = Callable[[AttentionLayer], Any]


@contextmanager
def processors(unet: UNet2DConditionModel, make: MakeProcessor) -> Generator[None]:
    """Lends a processor to each cross-attention layer."""
    layers = cross_attention_levels(unet)
    before: list[Any] = [layer.attn.get_processor() for layer in layers]
    try:
        for layer in layers:
            layer.attn.set_processor(make(layer))
        yield
    finally:
        for layer, processor in zip(layers, before, strict=True):
            layer.attn.set_processor(processor)


def keeping_keys(negative: PromptEmbeds, base: PromptEmbeds) -> MakeProcessor:
    """Stock diffusers, but for keys and values that are projected once. What can be had without regions."""
    text = torch.cat([negative.prompt_embeds, base.prompt_embeds])
    made: dict[Attention, Any] = {}

    def make(layer: AttentionLayer) -> Any:
        if layer.attn not in made:
            made[layer.attn] = _keeping(layer.attn, text)
        return made[layer.attn]

    return make


def _keeping(attn: Attention, text: torch.Tensor) -> Any:
    with torch.no_grad():
        key, value = _projected(attn, text)

    def process(attn: Attention, hidden_states: torch.Tensor, **_: Any) -> torch.Tensor:
        attended = scaled_dot_product_attention(_split(attn.to_q(hidden_states), attn.heads), key, value)
        return _out(attn, attended)

    return process


def literal_loop(conditioning: Conditioning, blend: Blending, unet: UNet2DConditionModel) -> MakeProcessor:
    """Attend by the formula, in a loop over its prompts, projected at each step: as it is mostly done."""
    target = attention_target(unet, conditioning)
    distinct = distinct_prompts(conditioning.base, conditioning.regions)
    rows = [distinct.index(region) for region in conditioning.regions]
    weights = step_weights(blend, rows, target)[0]

    def make(layer: AttentionLayer) -> Any:
        def process(attn: Attention, hidden_states: torch.Tensor, **_: Any) -> torch.Tensor:
            query = _split(attn.to_q(hidden_states), attn.heads)
            plain = scaled_dot_product_attention(
                query[:1], *_projected(attn, conditioning.negative.prompt_embeds)
            )
            keys, values = _all(attn, distinct)
            regional = regional_attention(query[1:], keys, values, weights[layer.level])
            return _out(attn, torch.cat([plain, regional]))

        return process

    return make


def _all(attn: Attention, prompts: Sequence[PromptEmbeds]) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    projected = [_projected(attn, prompt.prompt_embeds) for prompt in prompts]
    return [key[0] for key, _ in projected], [value[0] for _, value in projected]


def _projected(attn: Attention, text: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Keys and values [B, H, T, D]."""
    assert attn.to_k is not None
    assert attn.to_v is not None
    return _split(attn.to_k(text), attn.heads), _split(attn.to_v(text), attn.heads)


def _split(projected: torch.Tensor, heads: int) -> torch.Tensor:
    return projected.unflatten(-1, (heads, -1)).transpose(1, 2)


def _out(attn: Attention, attended: torch.Tensor) -> torch.Tensor:
    assert attn.to_out is not None
    return attn.to_out[0](attended.transpose(1, 2).flatten(2))
