"""The dock and the inspector, used by gd/use_dock.gd in a real editor with the real backend."""

import re
import shutil
from pathlib import Path

import pytest
from editor import editing
from engine import ADDON_PROJECT, SCRIPTS, Engine, write_project

pytestmark = pytest.mark.long  # editors, watches and whole games: minutes, and too much beside other work

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
PLUGIN = '[plugin]\nname="User"\ndescription=""\nauthor=""\nversion="1"\nscript="use_dock.gd"\n'
ENABLED = 'PackedStringArray("res://addons/tilebake/plugin.cfg"'
PROMISES = 22


def test_the_dock_does_what_its_buttons_say(engine: Engine, tmp_path: Path) -> None:
    project = _game(tmp_path / "game")
    engine.import_project(project).checked()
    _enable_user(project)
    with editing(engine, project) as editor:
        run = editor.end()
    assert run.lines("BAD ") == []
    assert len(run.lines("OK ")) == PROMISES


def _game(folder: Path) -> Path:
    """The demo's level as a scene that nobody has baked yet, and the plugin that plays the user."""
    level = (ADDON_PROJECT / "demo/demo.tscn").read_text(encoding="utf-8")
    fresh = re.sub(r'\[node name="Painting".*?(?=\[node)', "", level, flags=re.DOTALL)
    files = {
        "tilebake.toml": TOML,
        "fresh.tscn": fresh,
        "addons/user/plugin.cfg": PLUGIN,
        "addons/user/use_dock.gd": (SCRIPTS / "use_dock.gd").read_text(encoding="utf-8"),
    }
    project = write_project(folder, files)
    shutil.copytree(ADDON_PROJECT / "demo/tiles", project / "demo/tiles")
    return project


def _enable_user(project: Path) -> None:
    settings = (project / "project.godot").read_text(encoding="utf-8")
    enabled = settings.replace(ENABLED, f'{ENABLED}, "res://addons/user/plugin.cfg"')
    (project / "project.godot").write_text(enabled, encoding="utf-8")
