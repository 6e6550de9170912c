"""Test that each painting of a scene keeps its map file, by gd/export/check_map_files.gd."""

from pathlib import Path

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import SCRIPTS, Engine, write_project


def test_each_painting_keeps_its_map_file(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"tilebake.toml": 'output = "baked"'}, plugin=False)
    adopt_imports(engine, project)
    assert_checks(engine.script(project, SCRIPTS / "export/check_map_files.gd").check())
