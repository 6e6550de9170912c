"""How fast this machine paints is remembered, and never stands in the way."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tilebake.level.map.grid import Bounds
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.request import BakeRequest
from tilebake.serve.bake.texture_cache import FROM_CACHE
from tilebake.serve.speeds import MOST_SPEEDS, SPEEDS_FILE, Speed, Speeds, Work, measure, work_of
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


def test_a_patched_painting_is_the_work_of_its_patches(asked: BakeRequest) -> None:
    def rows(corner: str) -> BakeRequest:
        lines = [corner + "g" * 127, *["g" * 128] * 63]
        terrains = {"grass": "grass", "water": "water"}
        content = {"tilebake": 1, "tile_size": 16, "terrains": terrains, "rows": lines}
        tilemap = parse_map(json.dumps({**content, "legend": {"g": "grass", "w": "water"}}))
        settings = BakeSettings(pixels_per_tile=16, steps=10, windows="always", window=512, mask_sigma=1.0)
        return replace(asked, tilemap=tilemap, settings=settings)

    clean = rows("g")
    patched = replace(rows("w"), anchor=clean.tilemap)
    assert work_of(patched) == Work(512**2, 10, windows=1, window=512**2)
    assert work_of(clean).windows > 10
    assert measure(patched, texture(TIMINGS)) is None, "most of it was painted before"


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


def in_windows(request: BakeRequest, columns: int = 40) -> BakeRequest:
    """A map of 40 by 40 tiles, painted in windows of 64 latent pixels that lie 48 apart."""
    body = {"tilebake": 1, "tile_size": 8, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}}
    tilemap = parse_map(json.dumps({**body, "rows": ["g" * columns] * 40}))
    settings = {"pixels_per_tile": 32, "steps": 10, "windows": "always", "window": 512, "rounds": 2}
    return replace(request, tilemap=tilemap, settings=BakeSettings.model_validate(settings))


def test_all_windows_of_a_large_map_count(asked: BakeRequest) -> None:
    large = in_windows(asked)
    work = work_of(large)
    assert (work.pixels, work.passes) == ((40 * 32) ** 2, 10)
    assert work.denoised == 3 * 3 * 512**2 * 10, "the last window begins before the 160th latent pixel ends"
    assert work.size_class == (512**2).bit_length(), "as large as one is"
    assert work_of(in_windows(asked, columns=80)).size_class == work.size_class
    corner = replace(in_windows(asked, columns=120), region=Bounds(0, 0, 8, 8))
    assert work_of(corner).denoised == 3 * 3 * 512**2 * 10, "those of a whole piece, of 128 latent pixels"


def test_windows_that_were_kept_make_no_machine_fast(asked: BakeRequest) -> None:
    large = in_windows(asked)
    whole = measure(large, texture(TIMINGS))
    third = measure(large, texture({**TIMINGS, "denoise": 20.0 / 3}, share=1 / 3))
    assert whole is not None
    assert third == pytest.approx(whole)
    assert whole.seconds(work_of(large)) == pytest.approx(25)
    assert measure(large, texture(TIMINGS, share=0.0)) is None
