"""Test BakedTileMap without the editor: gd/game/check_node.gd checks it in the real engine."""

import re
from pathlib import Path

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import ADDON_PROJECT, SCRIPTS, Engine


def test_the_node_finds_its_layers_and_lies_over_them(engine: Engine, addon_project: Path) -> None:
    engine.import_project(addon_project).check()
    assert_checks(engine.script(addon_project, SCRIPTS / "game/check_node.gd").check())


def test_the_nodes_load_no_script_outside_their_folder() -> None:
    """Check what an exported game needs: it has this folder and no other of the addon."""
    nodes = ADDON_PROJECT / "addons/tilebake/nodes"
    loaded = [
        path.parent / name
        for path in nodes.rglob("*.gd")
        for name in re.findall(r'load\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    ]
    assert loaded
    assert all(path.resolve().is_relative_to(nodes) for path in loaded), loaded
