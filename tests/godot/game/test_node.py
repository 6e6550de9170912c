"""BakedTileMap's promises, tried in the real engine by gd/node_rules.gd."""

from pathlib import Path

from tests.godot.harness.engine import SCRIPTS, Engine

PROMISES = 19


def test_the_node_keeps_its_promises(engine: Engine, addon_project: Path) -> None:
    engine.import_project(addon_project).checked()
    run = engine.script(addon_project, SCRIPTS / "node_rules.gd").checked()
    assert run.lines("BAD ") == []
    assert len(run.lines("OK ")) == PROMISES
