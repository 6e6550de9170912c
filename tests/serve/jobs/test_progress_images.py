"""Previews: made only while somebody looks."""

import pytest

from tilebake.serve.jobs.progress_images import INTEREST, Previews
from tilebake.serve.jobs.service import UnknownIdError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_asking_turns_them_on_and_silence_off() -> None:
    switched, clock = list[bool](), Clock()
    previews = Previews(switched.append, clock)
    previews.rest()
    for _ in range(2):
        with pytest.raises(UnknownIdError):
            previews.ask(1)
    assert switched == [True]
    previews.show(1, b"png")
    clock.now += INTEREST
    previews.rest()
    assert previews.ask(1) == b"png"
    clock.now += INTEREST + 1
    previews.rest()
    previews.rest()
    assert switched == [True, False]
    with pytest.raises(UnknownIdError):
        previews.ask(1)
    assert switched == [True, False, True]


def test_a_picture_is_one_jobs() -> None:
    previews = Previews(list[bool]().append)
    previews.show(1, b"first")
    previews.show(2, b"second")
    assert previews.ask(2) == b"second"
    with pytest.raises(UnknownIdError):
        previews.ask(1)
