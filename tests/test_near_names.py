"""A mistyped path, folder, model or terrain is told with the one that was meant."""

import json
from pathlib import Path

import pytest

from tilebake.cli import run_command_line
from tilebake.near_names import find_near_name, find_near_path

MAP = {"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}, "rows": ["g"]}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "maps").mkdir()
    for name in ("delta.json", "delta.png", "delta.bake.json", "coast.json"):
        (tmp_path / "maps" / name).write_text(json.dumps(MAP), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("maps/delt.json", "maps/delta.json"),
        ("maps/DELTA.JSON", "maps/delta.json"),
        ("map/delta.json", "maps/delta.json"),
        ("mpas/cost.json", "maps/coast.json"),
        ("maps/coast", "maps/coast.json"),
        ("maps/coast.jsn", "maps/coast.json"),
        ("maps/coast.txt", None),
        ("mapps", "maps"),
        ("maps/volcano.json", None),
        ("elsewhere/delta.json", None),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_path_is_found_part_by_part(typed: str, meant: str | None) -> None:
    found = find_near_path(Path(typed))
    assert found is None or found.exists()
    if not Path(typed).exists():  # which it does where names have no case
        assert (found and found.as_posix()) == meant


def test_a_name_is_found_in_whatever_case() -> None:
    assert find_near_name("Embeded", ("embedded", "sdxl")) == "embedded"
    assert find_near_name("xyz", ("embedded", "sdxl")) is None


@pytest.mark.parametrize(
    ("arguments", "code", "meant"),
    [
        (["bake", "maps/delt.json"], 1, "maps/delta.json"),
        (["bake", "mapps"], 1, "maps"),
        (["show", "masks", "maps/delt.json"], 1, "maps/delta.json"),
        (["tune", "maps/delt.json", "--seed", "1,2"], 1, "maps/delta.json"),
        (["watch", "mapps"], 2, "maps"),
        (["bake", "maps/delta.json", "--model", "embeded"], 1, "embedded"),
        (["models", "info", "embeded"], 1, "embedded"),
        (["models", "fetch", "sdlx"], 1, "sdxl"),
        (["bake", "maps/delta.json", "--model", "mapps/x.safetensors"], 1, None),
        (["edit", "maps/delta.json", "--terrain", "gras", "--replace", "grass", "snow"], 1, "grass"),
    ],
)
@pytest.mark.usefixtures("here")
def test_the_command_line_tells_what_was_meant(
    arguments: list[str], code: int, meant: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(arguments) == code
    told = " ".join(capsys.readouterr().err.replace("│", " ").replace('"', "").replace("'", "").split())
    told = told.replace("Did you", "did you")
    assert ("did you mean" in told) == (meant is not None)
    assert meant is None or f"did you mean {Path(meant)}?" in told


def test_a_folder_of_a_project_is_told_with_the_one_that_was_meant(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "tilebake.toml").write_text('maps = ["mapps"]\n', encoding="utf-8")
    assert run_command_line(["bake"]) == 1
    assert "there is no such map folder; did you mean" in capsys.readouterr().err
