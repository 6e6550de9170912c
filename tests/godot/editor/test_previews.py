"""Test previews over the level: gd/editor/use_previews.gd asks for them, with the real backend."""

from pathlib import Path
from typing import Final

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.editor import editing
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import baked, layer, make_scenes, node, scene, tile
from tests.godot.harness.user_plugin import add_user

TOML: Final = """maps = ["maps"]
output = "baked"
[terrains]
grass = "lush green grass"
water = "clear blue water"
[settings]
pixels_per_tile = 16
steps = 2
"""
# Four tiles by two, on a layer that is moved and twice as large: a preview has to cover it.
GROUND: Final = [tile(x, y, int(x > 1)) for x in range(4) for y in range(2)]
SCENE: Final = scene(
    "res://level.tscn",
    node(
        "Node2D",
        layer("Ground", GROUND, position="Vector2(16, 8)", scale="Vector2(2, 2)"),
        baked(),
        name="Level",
    ),
)


def test_previews_cover_the_level_and_change_no_file(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"tilebake.toml": TOML})
    make_scenes(engine, project, [SCENE])
    add_user(project, "editor/use_previews.gd")
    with editing(engine, project) as editor:
        assert_checks(editor.end())
