"""Windows around an axis that wraps: alike in each period, all over it, and blended no wider than others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilebake.level.windows.window_line import WindowLine

ENDLESS = 1 << 40
SIDES = st.sampled_from([32, 64, 128])
PERIODS = st.integers(1, 300).map(lambda quarter: 4 * quarter)


def line(side: int, period: int) -> WindowLine:
    return WindowLine(side, side - side // 4, -ENDLESS, ENDLESS, period)


@given(SIDES, PERIODS, st.integers(-2000, 2000), st.integers(1, 700))
def test_the_windows_of_a_part_are_all_that_meet_it(side: int, period: int, start: int, length: int) -> None:
    windows = line(side, period)
    near = range(start // period * windows.count - 300, (start + length) // period * windows.count + 300)
    meeting = [
        index
        for index in near
        if windows.start(index) < start + length and windows.start(index) + windows.length > start
    ]
    assert list(windows.indices(start, start + length)) == meeting


@given(SIDES, PERIODS, st.integers(-40, 40))
def test_windows_repeat_with_the_period_and_are_no_further_apart_than_others(
    side: int, period: int, index: int
) -> None:
    windows = line(side, period)
    assert windows.start(index + windows.count) == windows.start(index) + period
    own = windows.own(index)
    assert 0 <= windows.start(own) < period
    assert (windows.start(index) - windows.start(own)) % period == 0
    assert windows.start(index + 1) - windows.start(index) <= max(windows.stride, windows.length)


@given(SIDES, PERIODS)
def test_every_place_counts_and_few_are_blended(side: int, period: int) -> None:
    windows = line(side, period)
    weights = np.zeros((windows.count, period))
    for index in range(windows.count):
        places = (windows.start(index) + np.arange(windows.length)) % period
        weights[index, places] += windows.ramp
    assert weights.sum(axis=0).min() > 0.4
    blended = (weights > 0).sum(axis=0)
    assert blended.max() <= 2
    assert (blended == 2).sum() <= windows.count * (side // 4 + 2)
    if windows.count > 1:
        strongest = windows.nearest(np.arange(period) + 0.5)
        lost = weights.max(axis=0) - weights[strongest, np.arange(period)]
        assert lost.max() <= 4 / (side // 4)


def test_a_period_of_whole_strides_has_the_windows_of_a_world_that_does_not_wrap() -> None:
    flat = WindowLine(64, 48, 0, 480)
    around = line(64, 480)
    starts = [flat.start(index) for index in flat.indices(0, 480)]
    assert [around.start(index) for index in range(10)] == starts
    assert (around.ramp == flat.ramp).all()
    assert around.blend_zone(3) == flat.blend_zone(3) == range(144, 160)
