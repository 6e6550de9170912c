"""Test the inspector and saving: gd/editor/use_inspector.gd uses them in a real editor without a backend."""

from pathlib import Path
from typing import Final

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import UNNAMED, layer, level, make_scenes, tile
from tests.godot.harness.user_plugin import add_user

SCENE: Final = level(
    "res://level.tscn",
    layer(
        "Ground",
        [
            *(tile(x, y, 0) for x in range(4) for y in range(2)),
            tile(0, 2, 1, UNNAMED),
            tile(1, 2, 2, UNNAMED),
            *(tile(x, 3, 0, UNNAMED) for x in range(3)),
        ],
    ),
    layer("Larger", [tile(0, 0, 1)], scale="Vector2(2, 2)"),
)


def make_project(engine: Engine, folder: Path) -> Path:
    """Make a game of one level, and a plugin that plays the user."""
    project = write_project(folder, {"tilebake.toml": 'maps = ["maps"]\noutput = "baked"\n'})
    make_scenes(engine, project, [SCENE])
    add_user(project, "editor/use_inspector.gd")
    return project


def test_the_inspector_edits_terrains_seed_and_tiles(engine: Engine, tmp_path: Path) -> None:
    project = make_project(engine, tmp_path / "game")
    assert_checks(engine.run(project, "--editor").check())
