"""The dock by its keys and its menu, used by gd/use_dock_keys.gd in a real editor with the real backend."""

import json
import os
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.editor import editing, map_text
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import export, layer, level, make_scenes, tile
from tests.godot.harness.userplugin import add_user
from tests.helpers.processes import survivors

PROMISES: Final = 24
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
# What the system opens files and folders with: it notes what it was given, and opens nothing.
OPENER: Final = '#!/bin/sh\nprintf "%s\\n" "$1" >"$OPENED"\n'

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what opens folders is put on PATH")


def make(engine: Engine, folder: Path) -> Path:
    """A game of a level, a map that takes long, and a plugin that plays the user."""
    project = write_project(folder, {"tilebake.toml": TOML})
    make_scenes(engine, project, [LEVEL])
    export(engine, project, "--all").checked()
    long = {**json.loads(map_text(1)), "settings": {"steps": 1000}}
    (project / "maps/long.tilebake.json").write_text(json.dumps(long), encoding="utf-8")
    add_user(project, "use_dock_keys.gd")
    return project


def opener(folder: Path) -> Path:
    """A folder for PATH, with what stands in for the file manager."""
    folder.mkdir()
    program = folder / "xdg-open"
    program.write_text(OPENER, encoding="utf-8")
    program.chmod(0o755)
    return folder


def test_the_dock_is_used_by_its_keys(engine: Engine, tmp_path: Path) -> None:
    project = make(engine, tmp_path / "game")
    folders = [str(opener(tmp_path / "bin")), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {"PATH": os.pathsep.join(folders), "OPENED": str(tmp_path / "opened")}
    with editing(engine, project, **environment) as editor:
        editor.until(lambda: bool(editor.children()), "the backend")
        backend = editor.children()
        run = editor.end()
    assert run.lines("BAD ") == []
    assert len(run.lines("OK ")) == PROMISES
    assert survivors(backend, 30) == []
