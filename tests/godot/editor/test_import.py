"""The import of map files: by the editor, without a backend, with one, and once for each change."""

import os
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.godot.harness.editor import editing, game_in, map_text, save
from tests.godot.harness.engine import Engine, Run

MAPS: Final = 20
ROUNDS_SHORT, ROUNDS_LONG = 3, 50
LEVEL_MAP, LEVEL_PICTURE = "maps/level.tilebake.json", "baked/maps/level.png"
LEVEL_TOML: Final = """\
maps = ["maps"]
output = "baked"
base_prompt = "a map"

[terrains]
grass = "grass"

[settings]
pixels_per_tile = 16
steps = 1
"""
BAKE_ON_IMPORT: Final = "\n[tilebake]\n\nbake_on_import=true\n"
NOWHERE: Final = {"PATH": "/nowhere", "VIRTUAL_ENV": ""}
BROKEN: Final = {  # what is wrong with each text
    '{"tilebake": 1,\n  "cells": [}': ":2: not JSON",
    '{"tilebake": 2}': "$.tilebake is 2",
    '{"tilebake": 1, "layers": [{"cells": [[0, 0, "grass"], [1]]}]}': "$.layers[0].cells[1] is no cell",
    "[]": "a map is a JSON object",
    "": "not JSON",
}
BROKEN_MAPS: Final = [f"maps/broken{number}.tilebake.json" for number in range(len(BROKEN))]


class Imported(NamedTuple):
    """A project that was imported twice, its broken maps mended in between."""

    project: Path
    first: Run
    again: Run


@pytest.fixture(scope="module")
def imported(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Many maps, sound and broken, and another JSON file, on a machine without tilebake."""
    project = baking_game_in(engine, tmp_path_factory.mktemp("imported") / "game", maps=MAPS)
    for name, text in zip(BROKEN_MAPS, BROKEN, strict=True):
        save(project, name, text)
    save(project, "maps/dialogue.json", '{"tilebake": "no"}')
    first = engine.run(project, "--import", environment=NOWHERE).checked()
    for name in BROKEN_MAPS:
        save(project, name, map_text(1))
    return Imported(project, first, engine.run(project, "--import", environment=NOWHERE).checked())


def baking_game_in(engine: Engine, folder: Path, maps: int) -> Path:
    """A project whose maps are to be painted when it is imported."""
    project = game_in(engine, folder, maps=maps)
    with (project / "project.godot").open("a", encoding="utf-8") as file:
        file.write(BAKE_ON_IMPORT)
    return project


def import_and_bake(engine: Engine, project: Path) -> Run:
    """Import a project on a machine with tilebake."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return engine.run(project, "--import", environment={"PATH": programs}).checked()


def noted(project: Path, name: str) -> str:
    """What the editor noted of an import."""
    return (project / f"{name}.import").read_text(encoding="utf-8")


def reimported(run: Run) -> list[str]:
    """The files that were imported, in no order."""
    return sorted(" ".join(run.lines("IMPORTED ")).split())


def test_maps_are_imported_without_a_backend(imported: Imported) -> None:
    """One message for all, and no broken resource."""
    assert imported.first.log.count("tilebake was not found") == 1
    assert "pip install tilebake" in imported.first.log
    for name in [*(f"maps/map{number}.tilebake.json" for number in range(MAPS)), *BROKEN_MAPS]:
        assert 'importer="tilebake.map"' in noted(imported.project, name)
        assert "valid=false" not in noted(imported.project, name)


def test_other_json_is_left_alone(imported: Imported) -> None:
    assert not (imported.project / "maps/dialogue.json.import").exists()


@pytest.mark.parametrize(("name", "told"), list(zip(BROKEN_MAPS, BROKEN.values(), strict=True)))
def test_a_broken_map_is_told_and_mended_by_a_save(name: str, told: str, imported: Imported) -> None:
    assert [line for line in imported.first.lines(f"ERROR: Tilebake: res://{name}") if told in line]
    assert f"ERROR: Tilebake: res://{name}" not in imported.again.log


def test_what_did_not_change_is_not_imported_again(imported: Imported) -> None:
    assert reimported(imported.again) == [f"res://{name}" for name in BROKEN_MAPS]


def test_an_import_alone_bakes_a_project(engine: Engine, tmp_path: Path) -> None:
    project = baking_game_in(engine, tmp_path / "game", maps=2)
    import_and_bake(engine, project)
    for number in range(2):
        assert 'type="CompressedTexture2D"' in noted(project, f"baked/maps/map{number}.png")


@pytest.mark.long
def test_an_import_bakes_what_changed_and_nothing_else(engine: Engine, tmp_path: Path) -> None:
    project = baking_game_in(engine, tmp_path / "game", maps=2)
    import_and_bake(engine, project)
    assert reimported(import_and_bake(engine, project)) == []
    save(project, "maps/map1.tilebake.json", map_text(9, rows=3))
    told = reimported(import_and_bake(engine, project))
    assert "res://maps/map1.tilebake.json" in told
    assert "res://baked/maps/map1.png" in told
    assert "map0" not in " ".join(told)


@pytest.mark.parametrize("rounds", [ROUNDS_SHORT, pytest.param(ROUNDS_LONG, marks=pytest.mark.long)])
def test_each_change_is_imported_once(rounds: int, engine: Engine, tmp_path: Path) -> None:
    """Saves that change the level, saves that do not, and changes of focus in between."""
    project = game_in(engine, tmp_path / "game", maps=0, toml=LEVEL_TOML)
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
        run = editor.quit()
    assert reimported(run).count(f"res://{LEVEL_MAP}") == rounds
    assert reimported(run).count(f"res://{LEVEL_PICTURE}") == rounds
