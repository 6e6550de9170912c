"""Windows that are finished stay so: after a cancelled bake, a newer save, damage and a disk that refuses."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tilebake
from tests.helpers.game import Game, game_in, until, view
from tilebake.cli import run_command_line
from tilebake.cli.options import Machine
from tilebake.cli.painter_factory import PainterFactory
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows import window_painter
from tilebake.request import BakeRequest, Step
from tilebake.serve.backend import Backend
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.texture_cache import user_cache
from tilebake.serve.windows.window_cache import WindowCache, user_windows
from tilebake.serve.worker.supervisor import LIMITS

WINDOWS = 6
PIECES = 1  # that are decoded of them, and kept too
STEPS = 2
SETTINGS = {
    "pixels_per_tile": 16,
    "windows": "always",
    "window": 256,
    "rounds": 1,
    "mask_sigma": 1.0,
    "steps": STEPS,
}


def content(columns: int = 36, rows: int = 24, last: str = "", **settings: object) -> dict[str, Any]:
    """A map of random blocks of six tiles, 72 by 48 latents large, with another last tile if one is named."""
    chance = random.Random(1)
    lines = ["".join(chance.choice("gws") * 6 for _ in range(columns // 6)) for _ in range(rows // 6)]
    lines = [line for line in lines for _ in range(6)]
    if last:
        lines[-1] = lines[-1][:-1] + last
    return {
        "tilebake": 1,
        "tile_size": 16,
        "base_prompt": "a map",
        "terrains": {"grass": "lush green grass", "water": "deep blue water", "snow": "snow", "sand": "sand"},
        "legend": {"g": "grass", "w": "water", "s": "snow", "d": "sand"},
        "rows": lines,
        "settings": {**SETTINGS, **settings},
    }


def windows() -> WindowCache:
    def refuse(error: Exception) -> None:
        raise error

    cache = user_windows(refuse)
    assert cache is not None
    return cache


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An entry for each window that is denoised in this process."""
    denoised: list[int] = []
    denoise = window_painter.denoise

    def counting(*arguments: Any) -> Any:
        denoised.append(1)
        return denoise(*arguments)

    monkeypatch.setattr(window_painter, "denoise", counting)
    return denoised


@pytest.fixture
def bake(
    tmp_path: Path,
    tiny_sdxl_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """Bakes a map by the command line; gives what is said."""
    monkeypatch.chdir(tmp_path)

    def run(body: dict[str, Any], *options: str) -> str:
        Path("big.json").write_text(json.dumps(body), encoding="utf-8")
        machine = ("--model", str(tiny_sdxl_folder), "--device", "cpu")
        assert run_command_line(["bake", "big.json", *machine, *options]) == 0
        return capsys.readouterr().err

    return run


def test_an_edit_paints_the_windows_that_see_it(bake: Callable[..., str], painted: list[int]) -> None:
    bake(content())
    assert (len(painted), windows().info().entries) == (WINDOWS, WINDOWS + PIECES)
    bake(content(last="d"))
    assert WINDOWS < len(painted) < 2 * WINDOWS
    bake(content(last="d"), "--force")
    assert len(painted) > 2 * WINDOWS, "all are painted anew"
    assert windows().info().entries < 2 * (WINDOWS + PIECES)


def test_without_the_cache_no_window_is_kept_or_taken(bake: Callable[..., str], painted: list[int]) -> None:
    bake(content(), "--no-cache")
    assert windows().info().entries == 0
    bake(content(last="d"))
    bake(content(), "--no-cache")
    assert len(painted) == 3 * WINDOWS


def test_a_disk_that_keeps_nothing_is_told_once_and_the_picture_is_published(
    bake: Callable[..., str], private_cache: Path, painted: list[int]
) -> None:
    (private_cache / "windows").write_bytes(b"")
    told = bake(content(rounds=2))
    assert told.count("nothing is kept in the cache") == 1
    assert "1 baked" in told
    assert len(painted) == 2 * WINDOWS, "they stay in memory"


def test_the_cache_tells_of_its_windows(bake: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    bake(content())
    assert run_command_line(["cache", "info", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    held = windows().info()
    assert (told["windows"], told["windows_size"], told["windows_limit"]) == (
        WINDOWS + PIECES,
        held.bytes,
        held.limit,
    )
    assert run_command_line(["cache", "prune", "--max-size", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["windows_removed"] == WINDOWS + PIECES
    assert windows().info().entries == 0


def test_python_keeps_windows_too(tiny_sdxl_folder: Path) -> None:
    shares = [
        tilebake.load_painter(str(tiny_sdxl_folder), device="cpu").bake_map(content()).share for _ in range(2)
    ]
    assert shares == [1.0, 0.0]


def test_damaged_windows_are_painted_again_with_the_same_pixels(
    tmp_path: Path, tiny_components: Components, tiny_sdxl_folder: Path, painted: list[int]
) -> None:
    request: BakeRequest = tilebake.load_painter(str(tiny_sdxl_folder), device="cpu").request(content())
    pipeline = Pipeline(tiny_components, WindowCache(tmp_path))

    def bake() -> str:
        return pipeline.bake(request, lambda _: None).pixel_hash

    right, chance = bake(), np.random.default_rng(1)
    *entries, piece = sorted(tmp_path.iterdir(), key=lambda entry: entry.stat().st_size)
    piece.write_bytes(piece.read_bytes()[:-1])
    painted.clear()
    assert bake() == right
    assert not painted, "it is decoded again of the windows that are kept"
    piece.unlink()
    flipped = bytearray(entries[0].read_bytes())
    flipped[int(chance.integers(len(flipped)))] ^= 1 << int(chance.integers(8))
    entries[0].write_bytes(flipped)
    entries[1].write_bytes(entries[1].read_bytes()[: len(flipped) // 2])
    entries[2].write_bytes(b"")
    entries[3].write_bytes(entries[4].read_bytes())
    assert bake() == right
    assert len(painted) == 4
    assert bake() == right
    assert len(painted) == 4


def test_a_cancelled_bake_keeps_its_windows(
    tmp_path: Path, tiny_components: Components, tiny_sdxl_folder: Path, painted: list[int]
) -> None:
    request: BakeRequest = tilebake.load_painter(str(tiny_sdxl_folder), device="cpu").request(content())

    def cancel(step: Step) -> None:
        if step.step == 3 * STEPS + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Pipeline(tiny_components, WindowCache(tmp_path)).bake(request, cancel)
    painted.clear()
    steps: list[Step] = []
    Pipeline(tiny_components, WindowCache(tmp_path)).bake(request, steps.append)
    assert len(painted) == WINDOWS - 3
    assert (steps[0].step, steps[0].steps) == (1, 3 * STEPS)


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


def test_a_newer_save_goes_on_with_the_windows_of_the_older(game: Game, tiny_sdxl_folder: Path) -> None:
    """A real backend, whose bake is superseded when it has painted some windows."""
    factory = PainterFactory(Machine("cpu", "float32"))
    options = BakeOptions(model=str(tiny_sdxl_folder))
    setup = replace(game.setup(), options=options, make_painter=factory, limits=LIMITS)
    large = content(72, 48, steps=4)  # so many windows that the newer save is noticed before the last
    with Backend(setup) as backend:
        game.save("big", 1, **large)
        until(lambda: windows().info().entries >= 4)
        game.save("big", 1, **content(72, 48, "d", steps=4))
        until(lambda: view(backend, "big").state == "up to date")
        told = [event.job for event in backend.events(0, 0) if event.job is not None]
    first, last = ([job for job in told if job.id == number] for number in (1, 2))
    assert (first[-1].state, last[-1].state) == ("superseded", "done")
    assert max(job.steps for job in first) == 24 * 4
    assert 0 < max(job.steps for job in last) <= (24 - 3) * 4
    assert not user_cache().info().entries, "the game has its own"
