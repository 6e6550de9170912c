"""Regional attention: each pixel listens to the base prompt and, by mask, to its terrains' prompts.

In every cross-attention layer, for the query at pixel x, with A = softmax(q Kᵀ / √d) V,

    out(x) = w_base · A(q, K_base, V_base)
           + w_region · ( Σ_r m_r(x) · A(q, K_r, V_r) + m_empty(x) · A(q, K_base, V_base) )

blended before the layer's output projection. Each prompt has its own softmax over its own tokens, so that
prompts of any lengths go together and a loud prompt cannot silence its neighbours. Related: Chen et al.,
"Training-free Regional Prompting for Diffusion Transformers", arXiv:2411.02395.

Layers attend by rows (`row_attention`); `regional_attention` is the formula itself.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple, Protocol, cast

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch.nn.functional import scaled_dot_product_attention

from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.regional.blending import (
    Blending,
    StepWeights,
    Target,
    each_once,
    on_device,
    prompt_weights,
)
from tilebake.paint.regional.gather_attention import DevicePlan, Prompts, attend_by_rows, placed, stack
from tilebake.paint.regional.gather_plan import EPSILON, plan_rows, stacking_order
from tilebake.paint.regional.layers import Layer, cross_attention_levels

NEGATIVE: Final = -2
POSITIVE: Final = -1
"""Halves of a guidance batch, by their place in it. Without guidance there is the positive one alone."""


def regional_attention(
    query: torch.Tensor,
    keys: Sequence[torch.Tensor],
    values: Sequence[torch.Tensor],
    weights: torch.Tensor,
) -> torch.Tensor:
    """Σ_j weights[j](x) · softmax(q(x) K_jᵀ / √D) V_j, over J prompts.

    query [B, H, Q, D]; keys and values: J tensors [H, T_j, D], each prompt of its own length; weights [J, Q]
    hold masks and blending parameters together. Returns [B, H, Q, D].
    """
    batch = query.shape[0]
    blended: torch.Tensor | None = None
    # One prompt at a time: fused kernels, one prompt's output in memory, and nothing padded.
    for key, value, weight in zip(keys, values, weights[:, :, None], strict=True):  # [Q, 1]
        attended = scaled_dot_product_attention(
            query, key.expand(batch, -1, -1, -1), value.expand(batch, -1, -1, -1)
        )
        blended = attended * weight if blended is None else blended.addcmul_(attended, weight)
    assert blended is not None, "there is always a base prompt"
    return blended


@dataclass
class RegionalContext:
    """What the denoising loop and the layers share while regional attention is installed."""

    encoder_hidden_states: torch.Tensor
    """[B, T, D] to call the UNet with. Only a stand-in: all cross-attention keeps its own keys and values."""
    step: int = 0
    """The step that is denoised. The loop sets it before each forward pass."""
    halves: tuple[int, ...] = (NEGATIVE, POSITIVE)
    """What the forward pass's batch holds, in order. The loop sets it too."""


class PromptSet(NamedTuple):
    """One half of a guidance batch: its J different prompts, and what each weighs where."""

    embeds: tuple[torch.Tensor, ...]  # [1, T_j, D]
    weights: StepWeights
    order: tuple[int, ...]  # in which layers stack them
    plans: Mapping[int, tuple[DevicePlan, ...]]  # of the stacks, by level and then by step


class LayerPrompts(NamedTuple):
    """The same in one layer: what the prompts are projected to there."""

    keys: tuple[torch.Tensor, ...]  # [H, T_j, D]
    values: tuple[torch.Tensor, ...]  # [H, T_j, D]
    weights: tuple[torch.Tensor, ...]  # by step: [J, Q]


class LayerRows(NamedTuple):
    """The same, ready to be attended to by rows."""

    prompts: LayerPrompts
    stacks: tuple[Prompts, ...]  # its keys and values, in runs of prompts of one length
    plans: tuple[DevicePlan, ...]  # by step


Attend = Callable[[torch.Tensor, int], torch.Tensor]
"""One half of the batch attends in one layer: queries [1, H, Q, D] at a step → [1, H, Q, D]."""


class AttentionControl(Protocol):
    """Watches or changes how the positive half attends. The negative half is always left alone."""

    def around(self, layer: Layer, prompts: LayerPrompts, attend: Attend) -> Attend:
        """What is to be done in a layer instead of `attend`.

        Called once for each layer, before the first step. `prompts` are in the order of `distinct_prompts`.
        """
        ...


def attending(rows: LayerRows) -> Attend:
    """To its prompts, as each step weighs them."""
    base = _part(rows.stacks, 0, 1)
    prepared = each_once(
        rows.plans,
        lambda plan: (plan, [_part(rows.stacks, 1 + b.first, 1 + b.last) for b in plan.buckets]),
    )

    def attend(query: torch.Tensor, step: int) -> torch.Tensor:
        plan, buckets = prepared[step]
        return attend_by_rows(query, base, buckets, plan)

    return attend


def _part(stacks: Sequence[Prompts], first: int, last: int) -> Prompts:
    """Prompts first to last - 1, which lie in one stack."""
    for each in stacks:
        if first < len(each.keys):
            return each.part(first, last)
        first, last = first - len(each.keys), last - len(each.keys)
    raise AssertionError("there is no such prompt")


class RegionalAttnProcessor:
    """Regional attention in one cross-attention layer, over keys and values projected beforehand."""

    def __init__(self, context: RegionalContext, halves: tuple[Attend, ...]) -> None:
        self.context = context
        self.halves = halves

    def __call__(
        self,
        attn: Attention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        temb: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Like diffusers' AttnProcessor2_0, with the context's halves along the batch."""
        assert encoder_hidden_states is not None, "this is no cross-attention"
        assert attn.to_out is not None, "attn2 always projects its output"
        assert attention_mask is None, "prompts are padded, never masked"
        residual = hidden_states
        if attn.spatial_norm is not None:
            hidden_states = attn.spatial_norm(hidden_states, temb)
        image_shape = hidden_states.shape if hidden_states.ndim == 4 else None
        if image_shape is not None:
            hidden_states = hidden_states.flatten(2).transpose(1, 2)  # [B, C, h, w] → [B, Q, C]
        if attn.group_norm is not None:
            hidden_states = attn.group_norm(hidden_states.transpose(1, 2)).transpose(1, 2)

        hidden_states = attn.to_out[0](self._attend(attn, hidden_states))
        hidden_states = attn.to_out[1](hidden_states)  # dropout

        if image_shape is not None:
            hidden_states = hidden_states.transpose(1, 2).reshape(image_shape)
        if attn.residual_connection:
            hidden_states = hidden_states + residual
        return hidden_states / attn.rescale_output_factor

    def _attend(self, attn: Attention, hidden_states: torch.Tensor) -> torch.Tensor:
        """[B, Q, C] → [B, Q, C], each half of the batch to its own prompts."""
        query = _split_heads(attn.to_q(hidden_states), attn.heads)  # [B, H, Q, D]
        if attn.norm_q is not None:
            query = attn.norm_q(query)
        attended = [
            self.halves[half](each, self.context.step)
            for half, each in zip(self.context.halves, query.split(1), strict=True)
        ]
        return torch.cat(attended).transpose(1, 2).flatten(2)  # [B, H, Q, D] → [B, Q, C]


class RegionalAttention:
    """Regional attention of one UNet to one picture's prompts, ready to be installed.

    Keys and values do not depend on the step: they are projected here, once, through the layers' own modules,
    so LoRA must be in place. The device is the embeddings': that of a UNet whose weights are streamed in from
    main memory is none. `controls` work on the positive half, each around those before it. Where a prompt's
    share of a pixel is `epsilon` or less, it is not attended to.
    """

    def __init__(
        self,
        unet: UNet2DConditionModel,
        conditioning: Conditioning,
        blending: Blending,
        *,
        guidance: bool = True,
        controls: Sequence[AttentionControl] = (),
        epsilon: float = EPSILON,
    ) -> None:
        layers = cross_attention_levels(unet)
        levels = {layer.level for layer in layers}
        target = attention_target(unet, conditioning)
        prompts = _guided(conditioning, blending) if guidance else [_positive(conditioning, blending)]
        halves = [_prompt_set(each, levels, target, epsilon) for each in prompts]
        self.context = RegionalContext(
            halves[POSITIVE].embeds[0].expand(len(halves), -1, -1),
            halves=(NEGATIVE, POSITIVE)[-len(halves) :],
        )
        with torch.no_grad():
            self._processors = [
                (layer.attn, RegionalAttnProcessor(self.context, _attends(layer, halves, controls)))
                for layer in layers
            ]

    @contextmanager
    def installed(self) -> Generator[RegionalContext]:
        """Lends it to the UNet; on leaving, that has the very processors that it had before.

        The loop sets `context.step` before each forward pass, and `context.halves` where they change: a step
        without guidance has the positive half alone, and the pair can be passed one after the other.
        """
        before = [attn.get_processor() for attn, _ in self._processors]
        try:
            for attn, processor in self._processors:
                _set_processor(attn, processor)
            yield self.context
        finally:
            for (attn, _), processor in zip(self._processors, before, strict=True):
                _set_processor(attn, processor)


def attention_target(unet: UNet2DConditionModel, conditioning: Conditioning) -> Target:
    """What weights are made for in a UNet."""
    levels = 1 + max(layer.level for layer in cross_attention_levels(unet))
    return Target(levels, conditioning.base.prompt_embeds.device, unet.dtype)


def distinct_prompts(base: PromptEmbeds, regions: Sequence[PromptEmbeds]) -> tuple[PromptEmbeds, ...]:
    """The J prompts that one half attends to, the base prompt first.

    Prompts that are the same are attended to once, with their weights summed.
    """
    return tuple(dict.fromkeys([base, *regions]))


def _attends(
    layer: Layer, halves: Sequence[PromptSet], controls: Sequence[AttentionControl]
) -> tuple[Attend, ...]:
    """How each half attends in one layer."""
    *others, positive = (project(layer.attn, half, layer.level) for half in halves)
    attend = attending(positive)
    for control in controls:
        attend = control.around(layer, positive.prompts, attend)
    return (*(attending(rows) for rows in others), attend)


class _Half(NamedTuple):
    """What one half of a guidance batch is told."""

    base: PromptEmbeds
    regions: tuple[PromptEmbeds, ...]
    blending: Blending


def _positive(conditioning: Conditioning, blending: Blending) -> _Half:
    return _Half(conditioning.base, conditioning.regions, blending)


def _guided(conditioning: Conditioning, blending: Blending) -> list[_Half]:
    """[negative, positive]. Negative is plain unless a terrain has its own negative prompt."""
    regions = conditioning.negative_regions
    if regions is None:
        negative = _Half(conditioning.negative, (), blending.plain)
    else:
        negative = _Half(conditioning.negative, regions, blending)
    return [negative, _positive(conditioning, blending)]


def _prompt_set(half: _Half, levels: set[int], target: Target, epsilon: float) -> PromptSet:
    distinct = distinct_prompts(half.base, half.regions)
    rows = [distinct.index(region) for region in half.regions]
    embeds = tuple(prompt.prompt_embeds.to(target.device, target.dtype) for prompt in distinct)
    lengths = [each.shape[1] for each in embeds]
    weights = prompt_weights(half.blending, rows, target.levels)
    order = stacking_order(weights[0][min(levels)], lengths, epsilon)
    stacked = [lengths[prompt] for prompt in order]

    def plans(level: int) -> tuple[DevicePlan, ...]:
        return each_once(
            weights, lambda step: placed(plan_rows(step[level][[*order]], stacked, epsilon), target)
        )

    return PromptSet(embeds, on_device(weights, target), order, {level: plans(level) for level in levels})


def project(attn: Attention, prompts: PromptSet, level: int) -> LayerRows:
    """Keys and values of every prompt in one layer, as AttnProcessor2_0 would make them at each step."""
    embeds = [prompts.embeds[prompt] for prompt in prompts.order]
    runs = [[*run] for _, run in groupby(embeds, key=lambda each: each.shape[1])]
    stacks = tuple(stack((keys_and_values(attn, each) for each in run), len(run)) for run in runs)
    layer = LayerPrompts(
        keys=_unstacked([key for each in stacks for key in each.keys], prompts),
        values=_unstacked([value for each in stacks for value in each.values], prompts),
        weights=tuple(weights[level] for weights in prompts.weights),
    )
    return LayerRows(layer, stacks, prompts.plans[level])


def keys_and_values(attn: Attention, embeds: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A prompt [1, T, D] → its key and value [H, T, D].

    Each prompt by itself: together with others its last bits could be others.
    """
    assert attn.to_k is not None, "this is no cross-attention"
    assert attn.to_v is not None, "this is no cross-attention"
    tokens = attn.norm_encoder_hidden_states(embeds) if attn.norm_cross else embeds
    key = _split_heads(attn.to_k(tokens), attn.heads)
    key = attn.norm_k(key) if attn.norm_k is not None else key
    return key[0], _split_heads(attn.to_v(tokens), attn.heads)[0]


def _unstacked(stacked: Sequence[torch.Tensor], prompts: PromptSet) -> tuple[torch.Tensor, ...]:
    """By prompt, without padding, not copied."""
    by_prompt = dict(zip(prompts.order, stacked, strict=True))
    return tuple(by_prompt[index][:, : embeds.shape[1]] for index, embeds in enumerate(prompts.embeds))


def _set_processor(attn: Attention, processor: object) -> None:
    attn.set_processor(cast("AttnProcessor", processor))  # the union that diffusers declares is closed


def _split_heads(projected: torch.Tensor, heads: int) -> torch.Tensor:
    """[B, N, H·D] → [B, H, N, D]."""
    return projected.unflatten(-1, (heads, -1)).transpose(1, 2)
