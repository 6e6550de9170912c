"""Project the prompts of a guidance branch to the keys and values that one layer attends to.

`BranchPrompts` is made once for a UNet, `LayerPrompts` once for each layer, both before the first step.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol

import torch
from diffusers.models.attention_processor import Attention

from tilebake.paint.prompts.embeds import Attend, PromptEmbeds
from tilebake.paint.regional.blending import (
    Blending,
    StepWeights,
    TensorTarget,
    map_once,
    on_device,
    prompt_weights,
)
from tilebake.paint.regional.gather_attention import (
    DevicePlan,
    PromptStack,
    gather_attention,
    place_on_device,
    stack,
)
from tilebake.paint.regional.gather_plan import make_gather_plan, stacking_order
from tilebake.paint.regional.layers import AttentionLayer
from tilebake.paint.terrain_loras.low_rank import TerrainLoras


class BranchPrompts(NamedTuple):
    """Hold the J different prompts of one guidance branch, and what each weighs where."""

    embeds: tuple[torch.Tensor, ...]  # [1, T_j, D]
    weights: StepWeights
    order: tuple[int, ...]  # in which layers stack them
    plans: Mapping[int, tuple[DevicePlan, ...]]  # of the stacks, by level and then by step
    loras: tuple[TerrainLoras | None, ...] = ()  # under which each is projected; () is none


class LayerPrompts(NamedTuple):
    """Hold what a branch's prompts are projected to in one layer, in the order of `distinct_prompts`."""

    keys: tuple[torch.Tensor, ...]  # [H, T_j, D]
    values: tuple[torch.Tensor, ...]  # [H, T_j, D]
    weights: tuple[torch.Tensor, ...]  # by step: [J, Q]
    stacks: tuple[PromptStack, ...] = ()  # the same keys and values, in runs of prompts of one length
    plans: tuple[DevicePlan, ...] = ()  # by step, over the stacks


class Projections:
    """Keep what prompts are projected to in each layer, for all windows of one map."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Attention, torch.Tensor], tuple[torch.Tensor, torch.Tensor]] = {}

    def get(
        self, attn: Attention, embeds: torch.Tensor, loras: TerrainLoras | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the key and value [H, T, D] of a prompt [1, T, D], projected when they are first asked for.

        A prompt is known by its tensor, not by what that holds; under other LoRAs it is another one.
        """
        key = attn, embeds
        if key not in self._kept:
            self._kept[key] = keys_and_values(attn, embeds, loras)
        return self._kept[key]


class AttentionControl(Protocol):
    """Observe or change how the cond branch attends. The uncond branch is always left alone."""

    def wrap(self, layer: AttentionLayer, prompts: LayerPrompts, attend: Attend) -> Attend:
        """Return what is to be done in a layer instead of `attend`.

        Called once for each layer, before the first step.
        """
        ...


def distinct_prompts(base: PromptEmbeds, regions: Sequence[PromptEmbeds]) -> tuple[PromptEmbeds, ...]:
    """Return the J prompts that one branch attends to, the base prompt first.

    Prompts that are the same are attended to once, with their weights summed.
    """
    return tuple(dict.fromkeys([base, *regions]))


def prepare_branch(
    base: PromptEmbeds,
    regions: Sequence[PromptEmbeds],
    blending: Blending,
    *,
    levels: set[int],
    target: TensorTarget,
    epsilon: float,
) -> BranchPrompts:
    """Weigh the prompts of a branch, and plan which pixels attend to which, for every level and step."""
    distinct = distinct_prompts(base, regions)
    rows = [distinct.index(region) for region in regions]
    embeds = tuple(prompt.prompt_embeds.to(target.device, target.dtype) for prompt in distinct)
    lengths = [each.shape[1] for each in embeds]
    weights = prompt_weights(blending, rows, target.levels)
    order = stacking_order(weights[0][min(levels)], lengths, epsilon)
    stacked = [lengths[prompt] for prompt in order]

    def plans(level: int) -> tuple[DevicePlan, ...]:
        return map_once(
            weights,
            lambda step: place_on_device(make_gather_plan(step[level][[*order]], stacked, epsilon), target),
        )

    return BranchPrompts(
        embeds,
        on_device(weights, target),
        order,
        {level: plans(level) for level in levels},
        tuple(prompt.loras for prompt in distinct),
    )


def project(
    attn: Attention, prompts: BranchPrompts, level: int, projections: Projections | None = None
) -> LayerPrompts:
    """Project every prompt to its key and value in one layer, as AttnProcessor2_0 would at each step."""
    get = keys_and_values if projections is None else projections.get
    loras = prompts.loras or (None,) * len(prompts.embeds)
    ordered = [(prompts.embeds[prompt], loras[prompt]) for prompt in prompts.order]
    runs = [[*run] for _, run in groupby(ordered, key=lambda each: each[0].shape[1])]
    stacks = tuple(stack((get(attn, *each) for each in run), len(run)) for run in runs)
    return LayerPrompts(
        keys=_in_prompt_order([key for each in stacks for key in each.keys], prompts),
        values=_in_prompt_order([value for each in stacks for value in each.values], prompts),
        weights=tuple(weights[level] for weights in prompts.weights),
        stacks=stacks,
        plans=prompts.plans[level],
    )


def make_attend(prompts: LayerPrompts) -> Attend:
    """Return the function that attends to a branch's prompts in one layer, as each step weighs them."""
    base = _part(prompts.stacks, 0, 1)
    prepared = map_once(
        prompts.plans,
        lambda plan: (plan, [_part(prompts.stacks, 1 + b.first, 1 + b.last) for b in plan.buckets]),
    )

    def attend(query: torch.Tensor, step: int) -> torch.Tensor:
        plan, buckets = prepared[step]
        return gather_attention(query, base, buckets, plan)

    return attend


def keys_and_values(
    attn: Attention, embeds: torch.Tensor, loras: TerrainLoras | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Project a prompt [1, T, D] to its key and value [H, T, D], under LoRAs if it has any.

    Each prompt by itself: together with others its last bits could be others.
    """
    assert attn.to_k is not None, "this is no cross-attention"
    assert attn.to_v is not None, "this is no cross-attention"
    tokens = attn.norm_encoder_hidden_states(embeds) if attn.norm_cross else embeds
    key, value = attn.to_k(tokens), attn.to_v(tokens)
    if loras is not None:
        key, value = loras.add(attn.to_k, tokens, key), loras.add(attn.to_v, tokens, value)
    key = split_heads(key, attn.heads)
    key = attn.norm_k(key) if attn.norm_k is not None else key
    return key[0], split_heads(value, attn.heads)[0]


def split_heads(projected: torch.Tensor, heads: int) -> torch.Tensor:
    """Split the heads of a projection: [B, N, H·D] → [B, H, N, D]."""
    return projected.unflatten(-1, (heads, -1)).transpose(1, 2)


def _part(stacks: Sequence[PromptStack], first: int, last: int) -> PromptStack:
    """Return the prompts from `first` to `last` - 1, which lie in one stack."""
    for each in stacks:
        if first < len(each.keys):
            return each.part(first, last)
        first, last = first - len(each.keys), last - len(each.keys)
    raise AssertionError("there is no such prompt")


def _in_prompt_order(stacked: Sequence[torch.Tensor], prompts: BranchPrompts) -> tuple[torch.Tensor, ...]:
    """Return keys or values by prompt, without padding, not copied."""
    by_prompt = dict(zip(prompts.order, stacked, strict=True))
    return tuple(by_prompt[index][:, : embeds.shape[1]] for index, embeds in enumerate(prompts.embeds))
