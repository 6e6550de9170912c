"""Test the prompt words in the inspector: gd/editor/use_words_panel.gd edits them, without a backend."""

from pathlib import Path
from typing import Final

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import (
    UNNAMED,
    baked,
    by_name,
    layer,
    make_scenes,
    node,
    resource,
    scene,
    tile,
)
from tests.godot.harness.user_plugin import add_user

TOML: Final = 'maps = ["maps"]\noutput = "baked"\n[terrains]\nwater = "clear water"\nsand = { weight = 2 }\n'
GRASS: Final = resource("tilebake_terrain", prompt='"Lush (green:1.2) grass in the wind"')
TERRAINS: Final = by_name("tilebake_terrain", grass=GRASS)
GROUND: Final = [*(tile(x, 0, x) for x in range(3)), tile(3, 0, 0, UNNAMED)]
SCENE: Final = scene(
    "res://level.tscn", node("Node2D", layer("Ground", GROUND), baked(terrains=TERRAINS), name="Level")
)


def test_edits_of_prompt_words_are_drafted_kept_reset_and_undone(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"tilebake.toml": TOML})
    make_scenes(engine, project, [SCENE])
    add_user(project, "editor/use_words_panel.gd")
    assert_checks(engine.run(project, "--editor").check())
