"""The dock and the inspector, used by gd/use_dock.gd in a real editor with the real backend."""

import re
import shutil
from pathlib import Path

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.editor import editing
from tests.godot.harness.engine import ADDON_PROJECT, Engine, write_project
from tests.godot.harness.userplugin import add_user

TOML = """maps = ["maps"]
output = "baked"
[terrains]
grass = "grass"
forest = "forest"
water = "water"
sand = "sand"
[settings]
pixels_per_tile = 16
steps = 1
"""
PROMISES = 23


def test_the_dock_does_what_its_buttons_say(engine: Engine, tmp_path: Path) -> None:
    project = _game(tmp_path / "game")
    adopt_imports(engine, project)
    add_user(project, "use_dock.gd")
    with editing(engine, project) as editor:
        run = editor.end()
    assert run.lines("BAD ") == []
    assert len(run.lines("OK ")) == PROMISES


def _game(folder: Path) -> Path:
    """The demo's level as a scene that nobody has baked yet."""
    level = (ADDON_PROJECT / "demo/demo.tscn").read_text(encoding="utf-8")
    fresh = re.sub(r'\[node name="Painting".*?(?=\[node)', "", level, flags=re.DOTALL)
    project = write_project(folder, {"tilebake.toml": TOML, "fresh.tscn": fresh})
    shutil.copytree(ADDON_PROJECT / "demo/tiles", project / "demo/tiles")
    return project
