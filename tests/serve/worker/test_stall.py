"""A load that gets nowhere is ended: judged under a clock that the test turns, and by a real worker."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.clock import Clock
from tests.helpers.counting_baker import SOURCE, CountingBaker
from tilebake.models.reference import ModelSource
from tilebake.request import BakeRequest
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.worker.stall import Stall, Use
from tilebake.serve.worker.supervisor import StalledLoadError, Supervisor, WorkerLimits

LIMIT = 180.0


def seconds_until_over(use_at: Callable[[float], Use], longest: float, pause: float = 0.1) -> float | None:
    """The seconds after which a load is given up, asked each `pause`; None if it is not within `longest`."""
    clock = Clock()
    stall = Stall(LIMIT, clock)
    began = clock.now
    while clock.now - began < longest:
        clock.now += pause
        if stall.is_over(lambda: use_at(clock.now - began)):
            return clock.now - began
    return None


def test_a_load_in_which_nothing_moves_is_over_after_the_limit() -> None:
    seconds = seconds_until_over(lambda _now: Use(2.5, 1 << 30, 4096), 1000)
    assert seconds == pytest.approx(LIMIT, abs=3)


def test_a_load_that_stops_moving_is_over_as_long_after_that() -> None:
    seconds = seconds_until_over(lambda now: Use(min(now, 500.0), 1 << 30, 4096), 1000)
    assert seconds == pytest.approx(500 + LIMIT, abs=3)


@pytest.mark.parametrize("moves", ["cpu_seconds", "memory", "read"])
def test_a_load_that_moves_now_and_then_may_take_hours(moves: str) -> None:
    def use_at(now: float) -> Use:
        return Use(2.5, 1 << 30, 0)._replace(**{moves: int(now // 170)})

    assert seconds_until_over(use_at, 10_000, pause=0.5) is None


def test_a_pause_of_the_whole_machine_counts_for_nothing() -> None:
    clock = Clock()
    stall = Stall(LIMIT, clock)
    for _ in range(80):
        clock.now += 3600.0
        assert not stall.is_over(lambda: Use(2.5, 1 << 30, 0))


def test_a_word_begins_the_time_anew() -> None:
    clock = Clock()
    stall = Stall(LIMIT, clock)
    for _ in range(1000):
        clock.now += 1.0
        assert not stall.is_over(lambda: Use(2.5, 1 << 30, 0))
        if clock.now % 100 == 0:
            stall.begin()


def test_a_hung_load_is_reported_and_its_worker_replaced(
    tmp_path: Path, request_of: Callable[[int], BakeRequest]
) -> None:
    baker = CountingBaker(tmp_path / "log")
    supervisor = Supervisor(baker, Cache(tmp_path / "cache").folder, WorkerLimits(stall=1.0, patience=0.5))

    def bake(seed: int, source: ModelSource) -> str:
        return supervisor.bake(
            request_of(seed),
            source,
            on_progress=lambda _step: None,
            on_progress_image=lambda _png: None,
            cancelled=lambda: False,
        ).result

    try:
        hung = ModelSource("hung", "folder", tmp_path / "model")
        with pytest.raises(StalledLoadError, match="got nowhere for 1 s") as raised:
            bake(1, hung)
        assert raised.value.where is not None
        assert raised.value.where.file == tmp_path / "model"
        assert "network drive" in (raised.value.hint or "")
        bake(2, SOURCE)
    finally:
        supervisor.close()
    assert [note.split()[0] for note in baker.notes()] == ["load", "load", "begin", "end"]
