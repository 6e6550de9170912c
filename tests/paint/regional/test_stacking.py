"""The order in which a layer stacks its prompts: few calls for many terrains, and nobody else sees it."""

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import Attention
from numpy.typing import NDArray

from tilebake.paint.regional.gather_plan import CALL, GatherPlan, make_gather_plan, stacking_order
from tilebake.paint.regional.layer_prompts import BranchPrompts, project


def cost(plan: GatherPlan) -> int:
    """In rows."""
    return len(plan.pixels) + CALL * len(plan.buckets)


def attended_by(counts: list[int]) -> NDArray[np.float64]:
    """Weights [J, Q] of prompts attended to by so many pixels, and a base prompt attended to by all."""
    weights = np.zeros((1 + len(counts), 200))
    weights[0] = 1.0
    for prompt, count in enumerate(counts, 1):
        weights[prompt, :count] = 1.0
    return weights


def test_prompts_with_most_pixels_come_first_behind_the_base_prompt() -> None:
    assert stacking_order(attended_by([20, 90, 0, 50]), [77] * 5) == (0, 2, 4, 1, 3)


def test_prompts_of_one_length_stand_together() -> None:
    assert stacking_order(attended_by([20, 90, 70, 50]), [154, 77, 154, 77, 154]) == (0, 3, 1, 2, 4)


def test_a_faint_prompt_is_not_attended_to() -> None:
    weights = attended_by([100, 90])
    weights[1, 40:] = 1e-4
    assert stacking_order(weights, [77] * 3) == (0, 2, 1)
    assert stacking_order(weights, [77] * 3, epsilon=0) == (0, 1, 2)


@pytest.mark.parametrize("seed", range(4))
def test_an_order_saves_calls_and_no_row_is_lost(seed: int) -> None:
    counts = np.random.default_rng(seed).integers(1, 200, 32).tolist()
    weights, lengths = attended_by(counts), [77] * 33
    ordered = make_gather_plan(weights[[*stacking_order(weights, lengths)]], lengths)
    unordered = make_gather_plan(weights, lengths)
    assert len(ordered.entries) == len(unordered.entries) == sum(counts)
    assert len(ordered.buckets) < len(unordered.buckets)
    assert cost(ordered) < cost(unordered)


@torch.no_grad()
def test_controls_meet_prompts_in_their_own_order() -> None:
    torch.manual_seed(0)
    attn = Attention(32, 12, heads=2, dim_head=8)
    embeds = tuple(torch.randn(1, length, 12) for length in (7, 5, 7, 5))
    layer = project(attn, BranchPrompts(embeds, ((torch.ones(4, 3),),), (0, 2, 3, 1), {0: ()}), 0)
    assert [len(each.keys) for each in layer.stacks] == [2, 2]
    assert attn.to_k is not None
    assert attn.to_v is not None
    for prompt, key, value in zip(embeds, layer.keys, layer.values, strict=True):
        torch.testing.assert_close(key, attn.to_k(prompt)[0].unflatten(-1, (2, 8)).transpose(0, 1))
        torch.testing.assert_close(value, attn.to_v(prompt)[0].unflatten(-1, (2, 8)).transpose(0, 1))
    stacked = {each.data_ptr() for stack in layer.stacks for each in stack.keys}
    assert {key.data_ptr() for key in layer.keys} == stacked  # kept once
