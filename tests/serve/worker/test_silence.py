"""How long a worker that was told to stop may say nothing, under a clock that the test turns."""

import pytest

from tilebake.serve.worker.protocol import Loading, Progress, ToHost
from tilebake.serve.worker.silence import Silence

LIMIT = 3.0


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def seconds_given(words: list[tuple[float, ToHost]], silent: float) -> float:
    """The seconds until patience is over, after words so long apart and a silence."""
    clock = Clock()
    silence = Silence(LIMIT, clock)
    silence.begin()
    for pause, word in words:
        clock.now += pause
        silence.hear(word)
    clock.now += silent
    silence.measure()
    told = clock.now
    while not silence.is_over:
        clock.now += 0.25
    return clock.now - told - 0.25


@pytest.mark.parametrize(
    ("words", "silent", "seconds"),
    [
        ([], 0.1, LIMIT),
        ([(1.0, Progress(1, 1, 20))], 0.5, LIMIT),
        ([(20.0, Progress(1, 1, 20)), (15.0, Progress(1, 2, 20))], 1.0, 40.0),
        ([(1.0, Progress(1, 1, 20))], 30.0, 60.0),
        ([(1.0, Loading(1))], 500.0, LIMIT),
        ([(1.0, Loading(1)), (500.0, Loading(1, is_over=True))], 1.0, LIMIT),
    ],
    ids=["nothing yet", "quick steps", "slow steps", "a slow first step", "loading", "just loaded"],
)
def test_worker_is_given_the_time_that_its_steps_take(
    words: list[tuple[float, ToHost]], silent: float, seconds: float
) -> None:
    assert seconds_given(words, silent) == seconds


def test_without_the_order_to_stop_patience_never_ends() -> None:
    clock = Clock()
    silence = Silence(LIMIT, clock)
    silence.begin()
    clock.now += 1e6
    assert not silence.is_over
    silence.measure()
    clock.now += 1e7
    assert silence.is_over
    silence.begin()
    assert not silence.is_over
