"""Test the dock's keys and menu: gd/editor/use_dock_keys.gd uses them, with the real backend."""

import json
import os
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.editor import COLD_START, editing, map_text
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import export, layer, level, make_scenes, tile
from tests.godot.harness.user_plugin import add_user
from tests.helpers.processes import survivors

TOML: Final = """\
maps = ["maps"]
output = "baked"
base_prompt = "a map"

[terrains]
grass = "grass"

[settings]
pixels_per_tile = 16
steps = 1
"""
LEVEL: Final = level("res://level.tscn", layer("Ground", [tile(x, y) for x in range(4) for y in range(3)]))
# Stands in for the program that opens folders: it notes what it was given, and opens nothing.
OPENER: Final = '#!/bin/sh\nprintf "%s\\n" "$1" >"$OPENED"\n'

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="xdg-open is replaced on PATH")


def make_project(engine: Engine, folder: Path) -> Path:
    """Make a game of a level, a map that takes long, and a plugin that plays the user."""
    project = write_project(folder, {"tilebake.toml": TOML})
    make_scenes(engine, project, [LEVEL])
    export(engine, project, "--all").check()
    long = {**json.loads(map_text(1, rows=4)), "settings": {"steps": 600, "pixels_per_tile": 64}}
    (project / "maps/long.tilebake.json").write_text(json.dumps(long), encoding="utf-8")
    add_user(project, "editor/use_dock_keys.gd")
    return project


def make_opener(folder: Path) -> Path:
    """Make a folder for PATH, with a program in place of the file manager."""
    folder.mkdir()
    program = folder / "xdg-open"
    program.write_text(OPENER, encoding="utf-8")
    program.chmod(0o755)
    return folder


def test_the_dock_can_be_used_by_keys_and_leaves_no_backend(engine: Engine, tmp_path: Path) -> None:
    project = make_project(engine, tmp_path / "game")
    folders = [str(make_opener(tmp_path / "bin")), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {"PATH": os.pathsep.join(folders), "OPENED": str(tmp_path / "opened")}
    with editing(engine, project, **environment) as editor:
        editor.until(lambda: bool(editor.children()), "starting the backend", COLD_START)
        backend = editor.children()
        assert_checks(editor.end())
    assert survivors(backend, 30) == []
