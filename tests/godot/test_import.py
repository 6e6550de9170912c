"""The import of map files: by the editor, without a backend, with one, and once for each change."""

import os
import sys
from pathlib import Path

import pytest
from editor import editing, game_in, map_text, save
from engine import Engine

pytestmark = pytest.mark.long  # editors, watches and whole games: minutes, and too much beside other work

MAPS = 20
ROUNDS_SHORT, ROUNDS_LONG = 3, 50
LEVEL_MAP, LEVEL_PICTURE = "maps/level.tilebake.json", "baked/maps/level.png"
LEVEL_TOML = """\
maps = ["maps"]
output = "baked"
base_prompt = "a map"

[terrains]
grass = "grass"

[settings]
pixels_per_tile = 16
steps = 1
"""
BAKE_ON_IMPORT = "\n[tilebake]\n\nbake_on_import=true\n"


@pytest.fixture(autouse=True)
def private_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready files of tests are none of the user's."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


def bake_on_import(project: Path) -> None:
    with (project / "project.godot").open("a", encoding="utf-8") as file:
        file.write(BAKE_ON_IMPORT)


def imported(project: Path, name: str) -> str:
    """What the editor noted of an import."""
    return (project / f"{name}.import").read_text(encoding="utf-8")


def test_maps_are_imported_without_a_backend(engine: Engine, tmp_path: Path) -> None:
    """One message for all, no broken resource, and nothing to do again the next time."""
    project = game_in(tmp_path / "game", maps=MAPS)
    bake_on_import(project)
    nowhere = {"PATH": "/nowhere", "VIRTUAL_ENV": ""}
    run = engine.run(project, "--import", environment=nowhere).checked()
    assert run.log.count("tilebake was not found") == 1
    assert "pip install tilebake" in run.log
    again = engine.run(project, "--import", environment=nowhere).checked()
    for number in range(MAPS):
        noted = imported(project, f"maps/map{number}.tilebake.json")
        assert 'importer="tilebake.map"' in noted
        assert "valid=false" not in noted
    assert "maps/map" not in " ".join(again.lines("IMPORTED"))


def test_other_json_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    project = game_in(tmp_path / "game")
    (project / "maps" / "dialogue.json").write_text('{"tilebake": "no"}', encoding="utf-8")
    engine.import_project(project).checked()
    assert not (project / "maps" / "dialogue.json.import").exists()


def test_an_import_alone_bakes_a_project(engine: Engine, tmp_path: Path) -> None:
    project = game_in(tmp_path / "game", maps=2)
    bake_on_import(project)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    engine.run(project, "--import", environment={"PATH": programs}).checked()
    for number in range(2):
        assert 'type="CompressedTexture2D"' in imported(project, f"baked/maps/map{number}.png")
    again = engine.run(project, "--import", environment={"PATH": programs}).checked()
    assert "IMPORTED" not in again.log
    save(project, "maps/map1.tilebake.json", map_text(9, rows=3))
    run = engine.run(project, "--import", environment={"PATH": programs}).checked()
    told = " ".join(run.lines("IMPORTED "))
    assert "maps/map1.tilebake.json" in told
    assert "baked/maps/map1.png" in told
    assert "map0" not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"tilebake": 1,\n  "cells": [}', "maps/map0.tilebake.json:2: not JSON"),
        ('{"tilebake": 2}', "$.tilebake is 2"),
        ('{"tilebake": 1, "layers": [{"cells": [[0, 0, "grass"], [1]]}]}', "$.layers[0].cells[1] is no cell"),
        ("[]", "a map is a JSON object"),
        ("", "not JSON"),
    ],
)
def test_a_broken_map_is_told_and_mended_by_a_save(
    text: str, told: str, engine: Engine, tmp_path: Path
) -> None:
    project = game_in(tmp_path / "game")
    save(project, "maps/map0.tilebake.json", text)
    assert told in engine.import_project(project).log
    save(project, "maps/map0.tilebake.json", map_text(1))
    run = engine.import_project(project).checked()
    assert "ERROR: Tilebake" not in run.log
    assert "IMPORTED res://maps/map0.tilebake.json" in run.log


@pytest.mark.parametrize("rounds", [ROUNDS_SHORT, pytest.param(ROUNDS_LONG, marks=pytest.mark.long)])
def test_each_change_is_imported_once(rounds: int, engine: Engine, tmp_path: Path) -> None:
    """Saves that change the level, saves that do not, and changes of focus in between."""
    project = game_in(tmp_path / "game", maps=0, toml=LEVEL_TOML)
    engine.import_project(project).checked()
    with editing(engine, project) as editor:
        editor.order("make")
        editor.until_line("STATE READY")
        for number in range(rounds):
            seen = len(editor.lines)
            editor.order("click", str(number), "1")
            editor.until_line(f"TEXTURE {LEVEL_MAP} res://{LEVEL_PICTURE} ({16 * max(4, number + 1)}", seen)
            for order in ("focus", "save", "focus"):
                editor.order(order)
        editor.order("focus")
        editor.until(lambda: len(editor.told("SAVED")) == 2 * rounds, "the last save")
        editor.quit()
    reimported = " ".join(editor.told("IMPORTED")).split()
    assert reimported.count(f"res://{LEVEL_MAP}") == rounds
    assert reimported.count(f"res://{LEVEL_PICTURE}") == rounds
