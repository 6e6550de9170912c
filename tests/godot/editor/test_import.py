"""Test the import of map files: without a backend, with one, and once for each change."""

import os
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.godot.harness.editor import COLD_START, editing, make_game, map_text, save
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
    '{"tilebake": 1, "layers": [{"cells": [[0, 0, "grass"], [1]]}]}': "$.layers[0].cells[1] is not a cell",
    "[]": "a map is a JSON object",
    "": "not JSON",
}
BROKEN_MAPS: Final = [f"maps/broken{number}.tilebake.json" for number in range(len(BROKEN))]


class Imported(NamedTuple):
    """Hold a project that was imported twice, with its broken maps corrected in between."""

    project: Path
    first: Run
    again: Run


@pytest.fixture(scope="module")
def imported(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Import many maps, sound and broken, and another JSON file, on a machine without tilebake."""
    project = make_baking_game(engine, tmp_path_factory.mktemp("imported") / "game", maps=MAPS)
    for name, text in zip(BROKEN_MAPS, BROKEN, strict=True):
        save(project, name, text)
    save(project, "maps/dialogue.json", '{"tilebake": "no"}')
    first = engine.run(project, "--import", environment=NOWHERE).check()
    for name in BROKEN_MAPS:
        save(project, name, map_text(1))
    return Imported(project, first, engine.run(project, "--import", environment=NOWHERE).check())


def make_baking_game(engine: Engine, folder: Path, maps: int) -> Path:
    """Make a project whose maps are painted when it is imported."""
    project = make_game(engine, folder, maps=maps)
    with (project / "project.godot").open("a", encoding="utf-8") as file:
        file.write(BAKE_ON_IMPORT)
    return project


def import_and_bake(engine: Engine, project: Path) -> Run:
    """Import a project on a machine with tilebake."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return engine.run(project, "--import", environment={"PATH": programs}).check()


def import_record(project: Path, name: str) -> str:
    """Read what the editor has recorded of an import."""
    return (project / f"{name}.import").read_text(encoding="utf-8")


def list_imports(run: Run) -> list[str]:
    """Return the files that were imported, sorted."""
    return sorted(" ".join(run.lines("IMPORTED ")).split())


def test_maps_are_imported_without_a_backend_and_one_error_says_how_to_get_it(imported: Imported) -> None:
    assert imported.first.log.count("tilebake was not found") == 1
    assert "pip install tilebake" in imported.first.log
    for name in [*(f"maps/map{number}.tilebake.json" for number in range(MAPS)), *BROKEN_MAPS]:
        assert 'importer="tilebake.map"' in import_record(imported.project, name)
        assert "valid=false" not in import_record(imported.project, name)


def test_other_json_files_are_not_imported(imported: Imported) -> None:
    assert not (imported.project / "maps/dialogue.json.import").exists()


@pytest.mark.parametrize(("name", "reason"), list(zip(BROKEN_MAPS, BROKEN.values(), strict=True)))
def test_a_broken_map_is_reported_until_it_is_corrected(name: str, reason: str, imported: Imported) -> None:
    assert [line for line in imported.first.lines(f"ERROR: Tilebake: res://{name}") if reason in line]
    assert f"ERROR: Tilebake: res://{name}" not in imported.again.log


def test_maps_that_did_not_change_are_not_imported_again(imported: Imported) -> None:
    assert list_imports(imported.again) == [f"res://{name}" for name in BROKEN_MAPS]


def test_bake_on_import_paints_and_imports_every_map(engine: Engine, tmp_path: Path) -> None:
    project = make_baking_game(engine, tmp_path / "game", maps=2)
    import_and_bake(engine, project)
    for number in range(2):
        assert 'type="CompressedTexture2D"' in import_record(project, f"baked/maps/map{number}.png")


def test_bake_on_import_runs_no_program_of_the_project(engine: Engine, tmp_path: Path) -> None:
    project = make_baking_game(engine, tmp_path / "game", maps=1)
    program = project / "env" / "tilebake"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\ntouch "$0.ran"\n', encoding="utf-8")
    program.chmod(0o755)
    run = engine.run(project, "--import", environment=NOWHERE)
    assert f"the tilebake in the project, {program}, is not run by an import" in run.log
    assert not program.with_name("tilebake.ran").exists()


@pytest.mark.long
def test_bake_on_import_paints_only_maps_that_changed(engine: Engine, tmp_path: Path) -> None:
    project = make_baking_game(engine, tmp_path / "game", maps=2)
    import_and_bake(engine, project)
    assert list_imports(import_and_bake(engine, project)) == []
    save(project, "maps/map1.tilebake.json", map_text(9, rows=3))
    files = list_imports(import_and_bake(engine, project))
    assert "res://maps/map1.tilebake.json" in files
    assert "res://baked/maps/map1.png" in files
    assert "map0" not in " ".join(files)


@pytest.mark.parametrize("rounds", [ROUNDS_SHORT, pytest.param(ROUNDS_LONG, marks=pytest.mark.long)])
def test_each_change_of_a_level_is_imported_once(rounds: int, engine: Engine, tmp_path: Path) -> None:
    """Save the level with changes and without, and change the focus in between."""
    project = make_game(engine, tmp_path / "game", maps=0, toml=LEVEL_TOML)
    with editing(engine, project) as editor:
        editor.command("make")
        editor.until_line("STATE READY")
        for number in range(rounds):
            seen = len(editor.lines)
            editor.command("click", str(number), "1")
            line = f"TEXTURE {LEVEL_MAP} res://{LEVEL_PICTURE} ({16 * max(4, number + 1)}"
            editor.until_line(line, seen, COLD_START)
            for command in ("focus", "save", "focus"):
                editor.command(command)
        editor.command("focus")
        editor.until(lambda: len(editor.reported("SAVED")) == 2 * rounds, "the last save")
        run = editor.quit()
    assert list_imports(run).count(f"res://{LEVEL_MAP}") == rounds
    assert list_imports(run).count(f"res://{LEVEL_PICTURE}") == rounds
