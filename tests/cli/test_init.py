"""`tilebake init` begins a project that paints at once, and overwrites nothing."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tilebake.cli import run_command_line
from tilebake.level.project import find_project, read_project
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import read_map

MAP = {"tilebake": 1, "terrains": {"g": "grass"}, "legend": {"g": "g"}, "rows": ["g"]}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_new_project_has_a_map_that_is_read_without_a_note(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["init", "game"]) == 0
    assert files_in(here / "game") == {"tilebake.toml", "maps/lakeside.json", ".gitignore"}
    out, err = capsys.readouterr()
    assert [Path(line).as_posix() for line in out.splitlines()] == [
        "game/tilebake.toml",
        "game/maps/lakeside.json",
        "game/.gitignore",
    ]
    assert "cd game" in err
    assert "tilebake bake" in err
    lakeside = here / "game" / "maps" / "lakeside.json"
    tilemap = read_map(lakeside, find_project(lakeside))
    assert tilemap.notes == ()
    assert len(tilemap.terrains) == 5


def test_check_knows_the_new_map(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["init"]) == 0
    capsys.readouterr()
    assert run_command_line(["bake", "--check"]) == 3
    assert "note:" not in capsys.readouterr().err


def test_every_commented_line_of_the_project_file_can_be_taken_in(here: Path) -> None:
    run_command_line(["init"])
    file = here / "tilebake.toml"
    text = re.sub(r'^# (?=\w+ = [\["{\d])', "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    (here / "textures").mkdir()
    project = read_project(file)
    assert project.output == here / "textures"
    assert {"grass", "lava", "deep_water"} <= project.terrains.keys()
    assert apply(BakeSettings(), project.settings).art_pixels_per_tile == 16
    assert len(tomllib.loads(text)) == 7


def test_the_preset_is_written_into_the_project(here: Path) -> None:
    assert run_command_line(["init", "--preset", "pixel-art"]) == 0
    assert read_project(here / "tilebake.toml").settings.preset == "pixel-art"


def test_nothing_is_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "maps").mkdir()
    for name in (".gitignore", "maps/lakeside.json"):
        (here / name).write_text("mine", encoding="utf-8")
    assert run_command_line(["init"]) == 0
    assert (here / ".gitignore").read_text(encoding="utf-8") == "mine"
    assert (here / "maps" / "lakeside.json").read_text(encoding="utf-8") == "mine"
    assert "stays as it is" in capsys.readouterr().err
    before = (here / "tilebake.toml").read_bytes()
    assert run_command_line(["init", "--preset", "pixel-art"]) == 0
    assert (here / "tilebake.toml").read_bytes() == before
    assert "nothing is written" in capsys.readouterr().err


def test_a_folder_with_maps_keeps_them_in_its_project(here: Path) -> None:
    (here / "lake.json").write_text(json.dumps(MAP), encoding="utf-8")
    assert run_command_line(["init"]) == 0
    assert files_in(here) == {"lake.json", "tilebake.toml", ".gitignore"}
    assert find_project(here).maps == (here,)


def test_a_godot_project_gets_the_project_file_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "project.godot").touch()
    (here / "levels").mkdir()
    assert run_command_line(["init", "levels"]) == 1
    assert "tilebake init" in capsys.readouterr().err
    assert run_command_line(["init"]) == 0
    assert files_in(here) == {"project.godot", "tilebake.toml"}
    assert find_project(here).output == here / "baked"


def test_a_folder_of_a_project_begins_no_other(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command_line(["init"])
    assert run_command_line(["init", "maps"]) == 1
    assert "belongs to the project" in capsys.readouterr().err
    (here / "file").touch()
    assert run_command_line(["init", "file"]) == 1
    assert "this is no folder" in capsys.readouterr().err
