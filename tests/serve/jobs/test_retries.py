"""Retries: when a failed map is tried again, on a clock that the test turns."""

import pytest

from tests.helpers.clock import Clock
from tilebake.serve.jobs.retries import FIRST_WAIT, LONGEST_WAIT, Retries


@pytest.fixture
def retries(clock: Clock) -> Retries:
    return Retries(1, clock)


def tries_until(seconds: float, retries: Retries, clock: Clock, failed: list[str]) -> list[tuple[float, str]]:
    """Who was tried in so many seconds, in which everything fails, and when."""
    began, tried = clock.now, list[tuple[float, str]]()
    while clock.now < began + seconds:
        tried += [(clock.now - began, map_id) for map_id in retries.due(failed)]
        clock.now += 1.0
    return tried


def test_nothing_is_due_where_nothing_failed(retries: Retries, clock: Clock) -> None:
    assert not tries_until(100.0, retries, clock, [])


def test_pause_before_a_retry_doubles_up_to_the_longest(retries: Retries, clock: Clock) -> None:
    times = [when for when, _ in tries_until(6000.0, retries, clock, ["a"])]
    pauses = [after - before for before, after in zip([0.0, *times], times, strict=False)]
    assert pauses[:4] == [FIRST_WAIT * factor for factor in (1, 2, 4, 8)]
    assert set(pauses[8:]) == {LONGEST_WAIT}


def test_one_map_is_tried_for_all_and_each_in_its_turn(retries: Retries, clock: Clock) -> None:
    tried = [map_id for _, map_id in tries_until(200.0, retries, clock, ["a", "b", "c"])]
    assert tried == ["a", "b", "c", "a", "b"]


def test_all_others_are_due_at_once_when_one_has_recovered(retries: Retries, clock: Clock) -> None:
    tries_until(100.0, retries, clock, ["a", "b", "c"])
    retries.note_success("stranger")
    assert not retries.due(["a", "b", "c"])
    retries.note_success("b")
    assert sorted(retries.due(["a", "c"])) == ["a", "c"]
    assert not retries.due(["a", "c"]), "they failed again"
    assert tries_until(100.0, retries, clock, ["a", "c"])[0][0] == 2 * FIRST_WAIT


def test_map_being_tried_keeps_its_pause_while_it_is_not_among_the_failed(
    retries: Retries, clock: Clock
) -> None:
    assert tries_until(6.0, retries, clock, ["a"])
    assert not tries_until(3.0, retries, clock, [])
    assert tries_until(100.0, retries, clock, ["a"])[0][0] == 2 * FIRST_WAIT - 4.0
