"""How long a bake will take is told before it, and how fast the machine was after it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.clock import Clock
from tilebake.cli import run_command_line
from tilebake.cli.terminal.bake_time import BakeTime, spell_windows
from tilebake.cli.terminal.batch_output import BatchOutput
from tilebake.cli.terminal.step_timer import spell_seconds
from tilebake.level.map.grid import Bounds
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.request import BakeRequest, Step
from tilebake.serve.speeds import Speed, Speeds, work_of
from tilebake.texture import Texture

Told = list[tuple[float, float, bool]]
MAP = {
    "tilebake": 1,
    "tile_size": 16,
    "terrains": {"g": "grass"},
    "legend": {"g": "g"},
    "rows": ["gg", "gg"],
    "settings": {"pixels_per_tile": 16},
}


def request_of(side: int) -> BakeRequest:
    content = {**MAP, "tile_size": 64, "rows": ["g" * side] * side}
    settings = BakeSettings(pixels_per_tile=64, steps=10)
    return BakeRequest(parse_map(json.dumps(content)), settings, "embedded", "digest", 1)


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def bake_time(told: Told, tmp_path: Path, clock: Clock) -> BakeTime:
    def tell(seconds: float, rate: float, is_guess: bool) -> None:
        told.append((seconds, rate, is_guess))

    return BakeTime(tell, Speeds(tmp_path), "auto", clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def known(request: BakeRequest, seconds: float) -> Speed:
    """A speed by which a request takes so many seconds."""
    work = work_of(request)
    return Speed("digest", "cpu", work.size_class, seconds / (work.denoised / 1e6), 0.0)


def test_what_is_remembered_is_told_before_the_first_step(
    bake_time: BakeTime, told: Told, tmp_path: Path
) -> None:
    request = request_of(10)
    Speeds(tmp_path).learn(known(request, 100.0))
    bake_time.add(request)
    bake_time.add(request)
    bake_time.start(request)
    bake_time.start(request)
    ((seconds, rate, is_guess),) = told
    assert seconds == pytest.approx(200)
    assert rate == pytest.approx(work_of(request).pixels / 1e6 / 100 * 60)
    assert not is_guess


def test_a_short_bake_is_not_told(bake_time: BakeTime, told: Told, tmp_path: Path) -> None:
    request = request_of(10)
    Speeds(tmp_path).learn(known(request, 9.0))
    bake_time.add(request)
    bake_time.start(request)
    assert told == []


def test_without_memory_it_is_a_guess_after_the_second_step(
    bake_time: BakeTime, told: Told, clock: Clock
) -> None:
    request = request_of(10)
    bake_time.add(request)
    bake_time.start(request)
    for step in range(1, 11):
        clock.now += 30.0 if step == 1 else 4.0
        bake_time.step(Step(step, 10))
    ((seconds, _, is_guess),) = told
    assert seconds == pytest.approx(10 * 4 + 2 * 4)
    assert is_guess


def test_a_bake_is_remembered(bake_time: BakeTime, tmp_path: Path) -> None:
    request = request_of(10)
    assert bake_time.megapixels_per_minute is None
    texture = Texture(
        np.zeros((1, 1, 3), np.uint8), "d", "h", {"denoise": 50.0, "decode": 10.0}, {"device": "cpu"}
    )
    bake_time.finish(request, texture)
    assert bake_time.megapixels_per_minute == pytest.approx(work_of(request).pixels / 1e6)
    assert Speeds(tmp_path).find(request) is not None


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (200.0, "3 min 20 s"), (7500.0, "2 h 5 min")]
)
def test_seconds_are_spelt_for_people(seconds: float, text: str) -> None:
    assert spell_seconds(seconds) == text


def test_windows_are_counted_before_they_are_painted() -> None:
    settings = BakeSettings(pixels_per_tile=64, steps=10, windows="always", window=512, rounds=1)
    request = replace(request_of(20), settings=settings)
    count = work_of(request).windows
    assert count > 3
    assert spell_windows(request) == f", in {count} windows"
    assert spell_windows(request_of(10)) == ""
    part = request.part(Bounds(0, 0, 64, 64))
    assert spell_windows(part).endswith("windows: those of the whole pieces that hold the region")
    output = BatchOutput(as_json=False, check=False)
    output.begin(request)
    assert output.spell_kept(Step(1, 30)) == f"{count - 3} of {count} windows are kept, 3 to paint"
    assert output.spell_kept(Step(2, 30)) == ""
    output.begin(request)
    assert output.spell_kept(Step(1, 10 * count)) == ""


def test_a_bake_says_how_fast_the_machine_was(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_sdxl_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.json").write_text(json.dumps(MAP), encoding="utf-8")
    bake: Callable[..., int] = lambda *more: run_command_line(  # noqa: E731
        ["bake", "one.json", "--model", str(tiny_sdxl_folder), "--steps", "2", "--force", "--no-cache", *more]
    )
    assert bake("--json") == 0
    told = capsys.readouterr()
    assert "loading" not in told.err
    (baked,) = (json.loads(line) for line in told.out.splitlines())
    assert baked["megapixels_per_minute"] > 0
    assert "; this machine paints " in told.err
    speeds = Speeds()
    (tmp_path / "state").mkdir(exist_ok=True)
    for each in speeds.of_model(json.loads(Path("one.bake.json").read_text())["model"]["digest"]):
        speeds.learn(each._replace(denoise=1e7))  # as slow as can be
        speeds.learn(each._replace(denoise=1e7))
    assert bake("--json") == 0
    told = capsys.readouterr()
    estimate = json.loads(told.out.splitlines()[0])
    assert (estimate["status"], estimate["is_guess"]) == ("estimate", False)
    assert estimate["seconds"] > 10
    assert ", on this machine (" in told.err
