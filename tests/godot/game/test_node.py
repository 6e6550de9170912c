"""Test BakedTileMap without the editor: gd/game/check_node.gd checks it in the real engine."""

from pathlib import Path

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import SCRIPTS, Engine


def test_the_node_finds_its_layers_and_lies_over_them(engine: Engine, addon_project: Path) -> None:
    engine.import_project(addon_project).check()
    assert_checks(engine.script(addon_project, SCRIPTS / "game/check_node.gd").check())
