"""How fast this machine paints is remembered, and never stands in the way."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tilebake.level.settings import BakeSettings
from tilebake.request import BakeRequest
from tilebake.serve.bake.texture_cache import FROM_CACHE
from tilebake.serve.speeds import MOST_SPEEDS, SPEEDS_FILE, Speed, Speeds, measure, work_of
from tilebake.texture import Texture

Requests = Callable[[int], BakeRequest]
TIMINGS = {"load": 9.0, "encode": 1.0, "denoise": 20.0, "decode": 4.0}


@pytest.fixture
def asked(request_of: Requests) -> BakeRequest:
    return replace(request_of(1), settings=BakeSettings(pixels_per_tile=64, steps=10))


def texture(timings: Mapping[str, float], **changes: object) -> Texture:
    plain = Texture(np.zeros((1, 1, 3), np.uint8), "d", "h", timings, {"device": "cpu"})
    return replace(plain, **changes)  # type: ignore[arg-type]


def speed(**changes: object) -> Speed:
    return Speed("model digest", "cpu", 20, 1.0, 2.0)._replace(**changes)


def test_a_bake_tells_how_long_the_same_takes_again(asked: BakeRequest, tmp_path: Path) -> None:
    measured = measure(asked, texture(TIMINGS))
    assert measured is not None
    assert measured.seconds(work_of(asked)) == pytest.approx(25), "all but loading"
    speeds = Speeds(tmp_path / "state")
    assert speeds.find(asked) is None
    speeds.learn(measured)
    assert speeds.find(asked) == measured
    twice = replace(asked, settings=asked.settings.model_copy(update={"steps": 20}))
    assert measured.seconds(work_of(twice)) == pytest.approx(45)
    rate = measured.megapixels_per_minute(work_of(asked))
    assert rate == pytest.approx(60 * work_of(asked).pixels / 1e6 / 25)


@pytest.mark.parametrize(
    "painted",
    [texture({FROM_CACHE: 0.1}), texture(TIMINGS, degraded=("painted on the CPU",)), texture({})],
    ids=["from the cache", "with a fallback", "without timings"],
)
def test_what_was_not_painted_as_usual_tells_nothing(painted: Texture, asked: BakeRequest) -> None:
    assert measure(asked, painted) is None


def test_the_nearest_size_of_this_model_and_device_counts(asked: BakeRequest, tmp_path: Path) -> None:
    speeds, size = Speeds(tmp_path), work_of(asked).size_class
    near = speed(size_class=size + 1)
    for each in (near, speed(size_class=size - 3), speed(model="another"), speed(device="cuda:0")):
        speeds.learn(each)
    assert speeds.find(asked, "cpu") == near
    assert speeds.find(asked, "auto") == speed(device="cuda:0"), "the device that painted last"
    assert speeds.find(asked, "cuda") == speed(device="cuda:0")
    assert speeds.find(asked, "mps") is None


def test_a_new_bake_counts_half(asked: BakeRequest, tmp_path: Path) -> None:
    speeds = Speeds(tmp_path)
    speeds.learn(speed())
    speeds.learn(speed(denoise=3.0, rest=2.0))
    assert speeds.find(asked) == speed(denoise=2.0, rest=2.0)


def test_the_file_stays_small(tmp_path: Path) -> None:
    speeds = Speeds(tmp_path)
    for number in range(MOST_SPEEDS + 5):
        speeds.learn(speed(model=f"{number}"))
    assert (tmp_path / SPEEDS_FILE).stat().st_size < 10_000


@pytest.mark.parametrize("content", [b"", b"[", b'[["m", "cpu"]]', b"\xff", b"[" * 100_000, b'{"a": NaN}'])
def test_a_damaged_file_is_as_good_as_none(content: bytes, asked: BakeRequest, tmp_path: Path) -> None:
    (tmp_path / SPEEDS_FILE).write_bytes(content)
    speeds = Speeds(tmp_path)
    assert speeds.find(asked) is None
    speeds.learn(speed())
    assert speeds.find(asked) == speed()


def test_a_folder_that_cannot_be_written_stops_nothing(asked: BakeRequest, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    speeds = Speeds(tmp_path / "file")
    speeds.learn(speed())
    assert speeds.find(asked) is None
