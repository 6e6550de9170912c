"""The fast path against the formula, which `regional_attention` is (and the literal loop in its tests)."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tilebake.level.canvas import canvas_for
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import read_map
from tilebake.paint.regional.attention import regional_attention
from tilebake.paint.regional.blending import TensorTarget, blending, prompt_weights
from tilebake.paint.regional.gather_attention import (
    embedding_bag_sum,
    indexed_sum,
    pad_length,
    place_on_device,
    stack,
)
from tilebake.paint.regional.gather_plan import EPSILON, make_gather_plan
from tilebake.paint.regional.layer_prompts import LayerPrompts, make_attend

MAPS = Path(__file__).parents[3] / "maps"
CPU = torch.device("cpu")
TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 0.06, torch.float16: 0.01}


def randn(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def some_weights(seed: int, prompts: int, pixels: int, sharpness: float) -> torch.Tensor:
    """[J, Q], summing to 1: from a blur of all prompts to one prompt a pixel."""
    return (randn(prompts, pixels, seed=seed).double() * sharpness).softmax(0)


def layer(
    lengths: list[int], heads: int, width: int, weights: torch.Tensor, dtype: torch.dtype, epsilon: float
) -> LayerPrompts:
    """A layer's prompts, as `project` makes them, at random."""
    keys = [randn(heads, length, width, seed=i).to(dtype) for i, length in enumerate(lengths)]
    values = [randn(heads, length, width, seed=100 + i).to(dtype) for i, length in enumerate(lengths)]
    plan = place_on_device(make_gather_plan(weights.numpy(), lengths, epsilon), TensorTarget(1, CPU, dtype))
    stacks = tuple(stack([pair], 1) for pair in zip(keys, values, strict=True))
    if len(set(lengths)) == 1:
        stacks = (stack(zip(keys, values, strict=True), len(keys)),)
    else:  # a stack of its own for each, and so a bucket of its own
        plan = place_on_device(
            make_gather_plan(weights.numpy(), [*range(len(lengths))], epsilon), TensorTarget(1, CPU, dtype)
        )
    return LayerPrompts(tuple(keys), tuple(values), (weights.to(dtype),), stacks, (plan,))


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 60), st.sampled_from([8, 16])),
    lengths=st.one_of(
        st.integers(1, 6).map(lambda count: [7] * count),
        st.lists(st.integers(1, 20), min_size=1, max_size=5),
    ),
    sharpness=st.sampled_from([0.0, 2.0, 30.0]),
    dtype=st.sampled_from([torch.float32, torch.bfloat16, torch.float16]),
    seed=st.integers(0, 999),
)
def test_gather_attention_with_epsilon_0_is_the_formula(
    shape: tuple[int, int, int], lengths: list[int], sharpness: float, dtype: torch.dtype, seed: int
) -> None:
    heads, pixels, width = shape
    query = randn(1, heads, pixels, width, seed=seed).to(dtype)
    weights = some_weights(seed, len(lengths), pixels, sharpness)
    rows = layer(lengths, heads, width, weights, dtype, epsilon=0)
    expected = regional_attention(query, rows.keys, rows.values, weights.to(dtype))
    found = make_attend(rows)(query, 0)
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("title", ["forest", "checker", "iso"])
def test_on_maps_epsilon_costs_little_accuracy(title: str, level: int) -> None:
    tilemap = read_map(MAPS / f"{title}.json")
    blend = blending(tilemap, canvas_for(tilemap, 64), BakeSettings(), 1)
    weights = torch.from_numpy(prompt_weights(blend, range(1, 1 + len(tilemap.terrains)), 3)[0][level])
    query = randn(1, 4, weights.shape[1], 16, seed=0)
    lengths = [77] * len(weights)
    exact, fast = (
        make_attend(layer(lengths, 4, 16, weights, torch.float32, epsilon))(query, 0)
        for epsilon in (0, EPSILON)
    )
    assert float((fast - exact).norm() / exact.norm()) < 2e-3


def test_a_prompt_is_not_read_where_it_is_not_attended_to() -> None:
    weights = torch.tensor([[0.3, 0.3], [0.7, 0.0], [0.0, 0.7]], dtype=torch.float64)
    query = randn(1, 2, 2, 8, seed=0)
    rows = layer([7] * 3, 2, 8, weights, torch.float32, epsilon=0)
    before = make_attend(rows)(query, 0)
    rows.stacks[0].keys[2] = torch.nan
    rows.stacks[0].values[2] = torch.nan
    after = make_attend(rows)(query, 0)
    assert torch.equal(before[:, :, 0], after[:, :, 0])
    assert after[:, :, 1].isnan().all()


def test_keys_are_padded_where_kernels_like_it_and_the_padding_says_nothing() -> None:
    keys, values = ([randn(2, 77, 8, seed=i + at) for i in range(3)] for at in (0, 10))
    stacked = stack(zip(keys, values, strict=True), len(keys))
    assert pad_length(77, CPU) == stacked.keys.shape[2] == 80
    assert pad_length(77, torch.device("cuda")) == 77
    assert stacked.mask is not None
    assert stacked.mask.flatten().tolist() == [0.0] * 77 + [-torch.inf] * 3
    assert stack([(randn(2, 80, 8, seed=0), randn(2, 80, 8, seed=1))], 1).mask is None


@settings(deadline=None)
@given(counts=st.lists(st.integers(0, 4), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_indexed_sums_are_the_sums_of_embedding_bag(counts: list[int], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    rows, weights = randn(9, 5, seed=seed), torch.rand(sum(counts), generator=generator)
    entries = torch.randint(9, (sum(counts),), generator=generator)
    offsets = torch.from_numpy(np.cumsum([0, *counts[:-1]]))
    bags, slots = (sums(entries, offsets, weights)(rows) for sums in (embedding_bag_sum, indexed_sum))
    torch.testing.assert_close(slots, bags)
