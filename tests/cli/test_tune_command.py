"""`tilebake tune`: every combination is on the sheet, and one that fails stops no other."""

import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tilebake.cli import engine, run_command_line
from tilebake.errors import BakeError
from tilebake.models.reference import model_digest, resolve
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.contact_sheet import FRAME
from tilebake.request import Baker, BakeRequest, OnStep
from tilebake.serve.bake.history import read_history
from tilebake.serve.speeds import Speeds
from tilebake.texture import Texture


def sheet_of(folder: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(folder / "maps" / "forest.tune.png") as picture:
        return np.asarray(picture)


def test_tune_draws_every_combination(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lists = ["--mask-sigma", "1,2", "--base-prompt-weight", "0.1,0.3,0.5", "--steps", "2"]
    assert run_command_line(["tune", "maps/forest.json", *lists, *tiny]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == ["maps/forest.tune.png"]
    assert "[6/6]" in told.err
    assert sheet_of(maps.parent).shape[1] > 3 * 480


def is_crossed_out(sheet: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], columns: slice) -> bool:
    """Whether a cross is drawn there: lines of the frame's colour in most rows, and next to nothing else."""
    inside = sheet[80:360, columns]
    rows = (inside == FRAME).all(axis=-1).any(axis=1)
    return bool(rows.mean() > 0.9) and len(np.unique(inside.reshape(-1, 3), axis=0)) < 9


def test_a_combination_that_cannot_be_planned_is_crossed_out_and_the_others_are_painted(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lists = ["--base-prompt-weight", "0,0.3", "--regional-prompt-weight", "0", "--steps", "1"]
    assert run_command_line(["tune", "maps/forest.json", *lists, *tiny]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == ["maps/forest.tune.png"]
    assert "error: base_prompt_weight 0.0: " in told.err
    assert "are both 0" in told.err
    sheet = sheet_of(maps.parent)
    assert is_crossed_out(sheet, slice(60, 500))
    assert not is_crossed_out(sheet, slice(580, 1000))


@pytest.mark.parametrize("mistake", [BakeError("the latents are not numbers"), ZeroDivisionError("odd")])
def test_a_combination_that_fails_while_it_is_painted_stops_no_other(
    mistake: Exception,
    maps: Path,
    tiny: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report_baker = engine.report_baker

    def fragile_baker(pipeline: Pipeline) -> Baker:
        bake = report_baker(pipeline)

        def bake_or_fail(request: BakeRequest, on_step: OnStep) -> Texture:
            if request.settings.steps == 2:
                raise mistake
            return bake(request, on_step)

        return bake_or_fail

    monkeypatch.setattr(engine, "report_baker", fragile_baker)
    assert run_command_line(["tune", "maps/forest.json", "--steps", "1,2,3", *tiny]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == ["maps/forest.tune.png"]
    assert told.err.count("error: ") == 1
    assert "error: steps 2: " in told.err
    assert str(mistake) in told.err
    assert "[3/3]" in told.err
    assert [is_crossed_out(sheet_of(maps.parent), slice(x, x + 400)) for x in (60, 600, 1120)] == [
        False,
        True,
        False,
    ]


def test_without_any_picture_there_is_no_sheet(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lists = ["--base-prompt-weight", "0", "--regional-prompt-weight", "0", "--steps", "1,2"]
    assert run_command_line(["tune", "maps/forest.json", *lists, *tiny]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("error: ")) == ("", 1)
    assert not (maps / "forest.tune.png").exists()


def test_one_of_the_seeds_that_tune_painted_is_kept(
    maps: Path, tiny_sdxl_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(tiny_sdxl_folder, maps.parent / "model")
    (maps.parent / "tilebake.toml").write_text('model = "model"', encoding="utf-8")
    tune = ["tune", "maps/forest.json", "--seed", "1,2,3", "--steps", "1"]
    before = json.loads((maps / "forest.json").read_text(encoding="utf-8"))
    assert run_command_line(tune) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == ["maps/forest.tune.png"]
    assert "--keep 1 to --keep 3" in told.err
    trials = read_history(maps / "forest.json").trials
    assert [trial.title for trial in trials] == ["seed 1", "seed 2", "seed 3"]
    assert run_command_line([*tune, "--keep", "4"]) == 2
    assert run_command_line([*tune, "--keep", "3"]) == 0
    told = capsys.readouterr()
    assert "saved in maps/forest.json: seed 3" in told.err
    assert "from the cache" in told.err
    kept = json.loads((maps / "forest.json").read_text(encoding="utf-8"))
    assert kept == before | {"seed": 3, "settings": before["settings"] | {"steps": 1}}
    assert run_command_line(["bake", "--check", "maps/forest.json"]) == 0


def test_tune_tries_the_weights_of_a_lora(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["tune", "maps/forest.json", "--lora", "no.safetensors=0.5,1", *tiny]) == 1
    assert "no.safetensors" in capsys.readouterr().err
    assert maps.is_dir()


@pytest.mark.parametrize("seeds", ["1,two", "1,,2", "-1", str(2**64)])
def test_what_is_no_seed_is_told(maps: Path, seeds: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["tune", str(maps / "forest.json"), f"--seed={seeds}"]) == 2
    assert "Invalid value for '--seed'" in capsys.readouterr().err


def test_what_is_stopped_leaves_the_sheet_of_what_was_painted(
    maps: Path, tiny: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report_baker = engine.report_baker

    def stopped_baker(pipeline: Pipeline) -> Baker:
        bake = report_baker(pipeline)

        def bake_or_stop(request: BakeRequest, on_step: OnStep) -> Texture:
            if request.seed == 3:
                signal.raise_signal(signal.SIGINT)
            return bake(request, on_step)

        return bake_or_stop

    monkeypatch.setattr(engine, "report_baker", stopped_baker)
    tune = ["tune", "maps/forest.json", "--seed", "1,2,3,4", "--steps", "2", *tiny]
    assert run_command_line(tune) == 128 + signal.SIGINT
    told = capsys.readouterr()
    assert told.out.splitlines() == ["maps/forest.tune.png"]
    assert "stopped: 2 of 4 painted" in told.err
    assert "--keep 1 to --keep 2" in told.err
    assert sheet_of(maps.parent).shape[1] > 2 * 480
    assert [trial.title for trial in read_history(maps / "forest.json").trials] == ["seed 1", "seed 2"]


def test_what_is_stopped_before_the_first_picture_leaves_no_sheet(
    maps: Path, tiny: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(engine, "load_pipeline", stop)
    assert run_command_line(["tune", "maps/forest.json", "--seed", "1,2", *tiny]) == 128 + signal.SIGINT
    assert "stopped: 0 of 2 painted" in capsys.readouterr().err
    assert not (maps / "forest.tune.png").exists()


def test_a_fast_tune_paints_previews_and_says_what_its_judge_is_worth(
    maps: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[int | None] = []
    report_baker = engine.report_baker

    def counting_baker(pipeline: Pipeline) -> Baker:
        bake = report_baker(pipeline)

        def bake_and_count(request: BakeRequest, on_step: OnStep) -> Texture:
            steps.append(request.settings.steps)
            return bake(request, on_step)

        return bake_and_count

    monkeypatch.setattr(engine, "report_baker", counting_baker)
    assert maps.is_dir()
    tune = ["tune", "maps/forest.json", "--seed", "1,2", "--device", "cpu"]
    assert run_command_line([*tune, "--fast"]) == 0
    told = capsys.readouterr().err
    assert steps == [4, 4], "ten are the embedded model's"
    assert told.count("loading the model embedded ...") == 1
    assert told.count('note: "judged right" counts at 64 pixels a tile') == 1


def test_tune_says_how_long_it_will_take_before_it_begins(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert maps.is_dir()
    tune = ["tune", "maps/forest.json", "--seed", "1,2", "--steps", "2", *tiny]
    assert run_command_line(tune) == 0
    speeds = Speeds()
    for each in speeds.of_model(model_digest(resolve(tiny[1]))):
        for _ in range(2):
            speeds.learn(each._replace(denoise=1e7))  # as slow as can be
    capsys.readouterr()
    assert run_command_line(tune) == 0
    told = capsys.readouterr().err
    assert ", on this machine (" in told
    assert told.index("on this machine") < told.index("[2/2]")
