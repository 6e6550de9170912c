"""Test the dock's buttons: gd/editor/use_dock.gd presses them in a real editor with the real backend."""

import re
import shutil
from pathlib import Path

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.checks import assert_checks
from tests.godot.harness.editor import editing
from tests.godot.harness.engine import ADDON_PROJECT, Engine, write_project
from tests.godot.harness.user_plugin import add_user

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


def test_the_docks_buttons_bake_reroll_and_show_what_is_wrong(engine: Engine, tmp_path: Path) -> None:
    project = _game(tmp_path / "game")
    adopt_imports(engine, project)
    add_user(project, "editor/use_dock.gd")
    with editing(engine, project) as editor:
        assert_checks(editor.end())


def _game(folder: Path) -> Path:
    """Make a game of the demo's level, as a scene without a BakedTileMap."""
    level = (ADDON_PROJECT / "demo/demo.tscn").read_text(encoding="utf-8")
    fresh = re.sub(r'\[node name="Painting".*?(?=\[node)', "", level, flags=re.DOTALL)
    project = write_project(folder, {"tilebake.toml": TOML, "fresh.tscn": fresh})
    shutil.copytree(ADDON_PROJECT / "demo/tiles", project / "demo/tiles")
    return project
