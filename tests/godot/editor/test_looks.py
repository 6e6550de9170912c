"""Looks over the level, asked for by gd/use_looks.gd in a real editor with the real backend."""

from pathlib import Path
from typing import Final

from tests.godot.harness.editor import editing
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import baked, layer, make_scenes, node, scene, tile
from tests.godot.harness.userplugin import add_user

PROMISES: Final = 28
TOML: Final = """maps = ["maps"]
output = "baked"
[terrains]
grass = "lush green grass"
water = "clear blue water"
[settings]
pixels_per_tile = 16
steps = 2
"""
# Four tiles by two, on a layer that is moved and twice as large: what is laid over it has to follow.
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


def test_a_look_lies_over_the_level_and_nowhere_else(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"tilebake.toml": TOML})
    make_scenes(engine, project, [SCENE])
    add_user(project, "use_looks.gd", "words_hand.gd")
    with editing(engine, project) as editor:
        run = editor.end()
    assert run.lines("BAD ") == []
    assert len(run.lines("OK ")) == PROMISES
