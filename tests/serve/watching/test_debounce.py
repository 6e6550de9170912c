"""When a burst of notices is over, on a clock that is passed in."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.serve.watching.debounce import Debouncer


def test_nothing_is_due_before_the_first_notice() -> None:
    settling = Debouncer()
    assert not settling.is_pending
    assert not settling.due(1e9)
    assert settling.wait(0.0) == math.inf


def test_a_burst_is_due_once_it_has_been_quiet() -> None:
    settling = Debouncer(quiet=0.3, longest=2.0)
    settling.note(10.0)
    settling.note(10.2)
    assert settling.wait(10.2) == pytest.approx(0.3)
    assert not settling.due(10.4)
    assert settling.due(10.51)


def test_a_burst_without_a_pause_is_due_all_the_same() -> None:
    settling = Debouncer(quiet=0.3, longest=2.0)
    for tenth in range(20):
        settling.note(tenth / 10)
        assert not settling.due(tenth / 10)
    settling.note(2.0)
    assert settling.due(2.0)


def test_the_next_burst_starts_from_the_beginning() -> None:
    settling = Debouncer(quiet=0.3, longest=2.0)
    settling.note(0.0)
    settling.end()
    assert not settling.is_pending
    settling.note(2.1)
    assert settling.is_pending
    assert not settling.due(2.1)


@given(st.lists(st.floats(0.001, 1.0), min_size=1, max_size=200))
def test_no_burst_waits_longer_than_it_may(gaps: list[float]) -> None:
    settling = Debouncer(quiet=0.3, longest=2.0)
    now, first = 0.0, math.inf
    for gap in gaps:
        settling.note(now)
        first = min(first, now)
        assert now + settling.wait(now) <= first + 2.0 + 1e-9
        now += gap
        if settling.due(now):
            settling.end()
            first = math.inf
