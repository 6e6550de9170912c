"""What can be told without a model is told before one is loaded, in the same words by every command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tilebake.cli import run_command_line
from tilebake.models import devices

HEAD = {
    "tilebake": 1,
    "base_prompt": "map",
    "terrains": {"grass": "grass", "odd": "BREAK grass"},
    "legend": {"g": "grass", "o": "odd"},
    "settings": {"pixels_per_tile": 16, "steps": 1},
}
IN_ONE_PIECE = {"pixels_per_tile": 16, "steps": 1, "windows": "never"}
GOOD = {**HEAD, "rows": ["gg"], "tile_size": 16}
BAD: dict[str, tuple[dict[str, object], str]] = {
    "canvas": (
        {**HEAD, "rows": ["g" * 600] * 600, "tile_size": 8, "settings": IN_ONE_PIECE},
        "the canvas would be 9,600 by 9,600 pixels; at most 4,096 along a side and 8,388,608 in all can be "
        "painted in one piece; lower pixels_per_tile to 4 or less",
    ),
    "output": (
        {**HEAD, "rows": ["g" * 100] * 100, "tile_size": 1024, "settings": IN_ONE_PIECE},
        "the picture would be 102,400 by 102,400 pixels and take 195.3 GiB of memory; at most 268,435,456 "
        'pixels can be made in one piece; set "windows" to "always", lower tile_size to 163 or less, or '
        "split the map",
    ),
    "stray": (
        {
            **HEAD,
            "cells": [*([x, 0, "grass"] for x in range(70)), [900, 900, "grass"]],
            "tile_size": 16,
            "settings": IN_ONE_PIECE,
        },
        'is this tile a stray: "grass" at [900, 900], ',
    ),
    "brackets": (
        {**GOOD, "terrains": {"grass": "((moss"}},
        "terrain 'grass': the prompt '((moss' has a `(` at character 2 without its partner",
    ),
    "weight": (
        {**GOOD, "terrains": {"grass": "[grass:0.8]"}},
        "'[grass:0.8]' at character 1, which looks like a weight and is none; write (grass:0.8)",
    ),
}


@pytest.fixture(params=BAD)
def bad(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project with one map that cannot be painted; what is to be said of it."""
    content, message = BAD[request.param]
    (tmp_path / "maps").mkdir()
    (tmp_path / "tilebake.toml").write_text('maps = ["maps"]\n', encoding="utf-8")
    (tmp_path / "maps" / "bad.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return message


@pytest.mark.parametrize(
    "command",
    [
        ["bake", "--check"],
        ["bake"],
        ["show", "masks", "maps/bad.json"],
        ["show", "prompts", "maps/bad.json"],
        ["show", "attention", "maps/bad.json", "--words", "grass"],
        ["tune", "maps/bad.json", "--steps", "1"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_map_that_cannot_be_painted_is_an_error_at_once(
    bad: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(command) == 1
    told = capsys.readouterr()
    assert bad in told.err
    assert "error: " in told.err
    assert "stale" not in told.err
    assert str(Path("maps") / "bad.json") in told.err


def libraries_of(*arguments: str) -> tuple[str, set[str]]:
    """What a command line says, and which of the heavy libraries it has imported by its end."""
    script = (
        "import sys; from tilebake.cli import run_command_line; run_command_line(sys.argv[1:]);"
        "print('LOADED', *sys.modules)"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    return done.stderr, loaded & {"torch", "diffusers", "transformers", "numpy"}


@pytest.mark.parametrize("bad", ["canvas", "weight"], indirect=True)
def test_no_model_library_is_loaded_to_say_so(bad: str) -> None:
    told, libraries = libraries_of("bake")
    assert bad in told
    assert not libraries


@pytest.mark.parametrize("bad", ["weight"], indirect=True)
@pytest.mark.parametrize(
    "command",
    [["prompts", "maps/bad.json"], ["attention", "maps/bad.json", "--words", "grass"]],
    ids=["prompts", "attention"],
)
def test_a_mistake_is_told_before_the_libraries_of_the_model_are_loaded(bad: str, command: list[str]) -> None:
    told, libraries = libraries_of("show", *command)
    assert bad in told
    assert not libraries & {"torch", "diffusers", "transformers"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--words", "gras"], "there is no 'gras' in 'map' and 'grass'; take one of: grass"),
        (["--words", "map", "--terrain", "grass"], "there is no 'map' in 'grass'"),
        (["--words", "grass", "--terrain", "gras"], "no tile has the terrain 'gras'; did you mean"),
        (["--words", "grass", "--during", "2-3"], "there are only 1 steps"),
        (["--words", "grass", "--out", "a.jpg"], "is neither a .png file nor a folder"),
    ],
    ids=["word", "word of another prompt", "terrain", "steps", "out"],
)
def test_a_wrong_word_or_step_of_attention_is_told_before_too(
    options: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    told, libraries = libraries_of("show", "attention", "good.json", *options)
    assert message in told.replace("\n", " ")
    assert not libraries & {"torch", "diffusers", "transformers"}


@pytest.mark.usefixtures("bad")
def test_a_good_map_beside_it_is_read_and_the_error_decides_the_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("maps/good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    assert run_command_line(["bake", "--check", "--json"]) == 1
    statuses = {json.loads(line)["status"] for line in capsys.readouterr().out.splitlines()}
    assert statuses == {"failed", "stale"}


def test_a_tag_of_another_tool_is_noted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tilebake.toml").write_text('style = "{dry|wet}"\nmaps = ["."]\n', encoding="utf-8")
    for name in ("one", "two"):
        Path(f"{name}.json").write_text(json.dumps({**GOOD, "rows": ["go"]}), encoding="utf-8")
    assert run_command_line(["bake", "--check", "--json"]) == 3
    told = capsys.readouterr()
    notes = [line for line in told.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 3
    assert "tilebake.toml:1:1: style: " in notes[0]
    assert "'{dry|wet}' at character 1 is read as plain words: write one of them" in notes[0]
    assert "one.json:1:" in notes[1]
    assert "two.json:1:" in notes[2]
    assert all(len(json.loads(line)["notes"]) == 2 for line in told.out.splitlines())


@pytest.mark.parametrize("prompt", ["((moss", "[grass:0.8]", "(moss:900)"])
def test_a_broken_prompt_is_told_before_the_model_of_generate_is_looked_for(
    prompt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["generate", prompt, "--model", "there/is/none"]) == 1
    assert "at character" in capsys.readouterr().err


COMMANDS_THAT_PAINT = [
    ["bake"],
    ["watch"],
    ["tune", "good.json", "--seed", "1,2"],
    ["tune", "good.json", "--seed", "1,2", "--keep", "2"],
    ["generate", "moss"],
    ["edit", "good.json", "--reweight", "grass=2", "--save"],
    ["edit", "--prompt", "grass", "--reweight", "grass=2"],
    ["show", "prompts", "good.json"],
    ["show", "attention", "good.json", "--words", "grass"],
]


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A map that can be painted, in a current folder of its own."""
    monkeypatch.chdir(tmp_path)
    Path("good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    return tmp_path / "good.json"


@pytest.mark.parametrize("command", COMMANDS_THAT_PAINT, ids=lambda command: " ".join(command))
def test_a_device_that_is_none_is_wrong_use(
    command: list[str], good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line([*command, "--device", "gpu"]) == 2
    assert "Invalid value for '--device': 'gpu' is no device; take auto, cpu, cuda" in capsys.readouterr().err
    assert json.loads(good.read_text(encoding="utf-8")) == GOOD


@pytest.mark.parametrize("command", COMMANDS_THAT_PAINT, ids=lambda command: " ".join(command))
def test_a_device_that_torch_was_not_built_for_is_told_before_all_else(
    command: list[str], good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(devices, "_torch_version", lambda: "cuda = None\nhip = None\n")
    assert run_command_line([*command, "--device", "cuda:0"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('error: there is no device "cuda:0": this PyTorch was built without it')
    assert json.loads(good.read_text(encoding="utf-8")) == GOOD


@pytest.mark.usefixtures("good")
@pytest.mark.skipif(sys.platform == "darwin", reason="Macs have it")
def test_no_model_library_is_loaded_to_tell_of_a_device() -> None:
    told, libraries = libraries_of("generate", "moss", "--device", "mps")
    assert told.startswith('error: there is no device "mps" here')
    assert not libraries & {"torch", "diffusers", "transformers"}


@pytest.mark.usefixtures("good")
def test_a_check_asks_for_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_torch_version", lambda: "cuda = None\n")
    assert run_command_line(["bake", "--check", "--device", "cuda"]) == 3
