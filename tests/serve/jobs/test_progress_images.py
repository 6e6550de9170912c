"""ProgressImages: made only while somebody looks."""

import pytest

from tilebake.serve.jobs.progress_images import INTEREST, ProgressImages
from tilebake.serve.jobs.service import UnknownIdError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_asking_turns_them_on_and_silence_off() -> None:
    switched, clock = list[bool](), Clock()
    progress_images = ProgressImages(switched.append, clock)
    progress_images.expire()
    for _ in range(2):
        with pytest.raises(UnknownIdError):
            progress_images.get(1)
    assert switched == [True]
    progress_images.put(1, b"png")
    clock.now += INTEREST
    progress_images.expire()
    assert progress_images.get(1) == b"png"
    clock.now += INTEREST + 1
    progress_images.expire()
    progress_images.expire()
    assert switched == [True, False]
    with pytest.raises(UnknownIdError):
        progress_images.get(1)
    assert switched == [True, False, True]


def test_a_picture_is_one_jobs() -> None:
    progress_images = ProgressImages(list[bool]().append)
    progress_images.put(1, b"first")
    progress_images.put(2, b"second")
    assert progress_images.get(2) == b"second"
    with pytest.raises(UnknownIdError):
        progress_images.get(1)
