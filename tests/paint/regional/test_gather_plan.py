from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tilebake.paint.regional.gather_plan import CALL, GatherPlan, make_gather_plan


def weights_at(plan: GatherPlan, prompts: int) -> NDArray[np.float64]:
    """What the plan makes of the weights [J, Q], read from its rows."""
    found = np.zeros((prompts, len(plan.base)))
    found[0] = plan.base
    owners = np.concatenate(
        [np.repeat(np.arange(b.first, b.last), b.rows) for b in plan.buckets] or [np.zeros(0, np.intp)]
    )
    ends = [*plan.offsets[1:], len(plan.entries)]
    for pixel, (start, end) in enumerate(zip(plan.offsets, ends, strict=True)):
        for row, weight in zip(plan.entries[start:end], plan.weights[start:end], strict=True):
            assert plan.pixels[row] == pixel
            found[1 + owners[row], pixel] += weight
    return found


def random_weights(seed: int, prompts: int, pixels: int) -> NDArray[np.float64]:
    """Some near 0, some exactly 0, never all of a pixel's."""
    generator = np.random.default_rng(seed)
    weights = generator.random((prompts, pixels)) ** 8
    weights[1:][generator.random((prompts - 1, pixels)) < 0.4] = 0
    weights[0] += 0.01
    return weights


@given(seed=st.integers(0, 999), prompts=st.integers(1, 9), pixels=st.integers(1, 40))
def test_with_epsilon_0_every_weight_is_there(seed: int, prompts: int, pixels: int) -> None:
    weights = random_weights(seed, prompts, pixels)
    plan = make_gather_plan(weights, [77] * prompts, epsilon=0)
    np.testing.assert_allclose(weights_at(plan, prompts), weights, rtol=1e-12)


@given(seed=st.integers(0, 999), epsilon=st.floats(1e-4, 0.2))
def test_faint_weights_are_left_out_and_the_sum_stays(seed: int, epsilon: float) -> None:
    weights = random_weights(seed, 6, 20)
    found = weights_at(make_gather_plan(weights, [77] * 6, epsilon), 6)
    np.testing.assert_allclose(found.sum(axis=0), weights.sum(axis=0))
    assert np.array_equal(found > 0, weights > epsilon * weights.sum(axis=0))


def listening(counts: Sequence[int], pixels: int = 200) -> NDArray[np.float64]:
    """A base prompt, and prompts that are attended to by so many pixels."""
    regional = [np.arange(pixels) < count for count in counts]
    return np.stack([np.full(pixels, 0.3), *regional]).astype(np.float64)


@pytest.mark.parametrize(
    ("counts", "lengths", "buckets"),
    [
        ((50, 50, 50), (77, 77, 77), [(0, 3, 50)]),
        ((50, 50 - CALL // 2, 50), (77, 77, 77), [(0, 3, 50)]),
        ((50, 200, 50), (77, 77, 77), [(0, 1, 50), (1, 2, 200), (2, 3, 50)]),
        ((50, 50, 50), (77, 154, 154), [(0, 1, 50), (1, 3, 50)]),
        ((50, 0, 50), (77, 77, 77), [(0, 1, 50), (2, 3, 50)]),
        ((0, 0), (77, 77), []),
        ((), (), []),
    ],
)
def test_prompts_are_attended_to_together_where_that_saves_more_than_it_costs(
    counts: tuple[int, ...], lengths: tuple[int, ...], buckets: list[tuple[int, int, int]]
) -> None:
    plan = make_gather_plan(listening(counts), [77, *lengths], epsilon=0)
    assert [tuple(bucket) for bucket in plan.buckets] == buckets
    assert len(plan.pixels) == sum((last - first) * rows for first, last, rows in buckets)
