"""Each painting of a scene keeps its map file: tried in the real engine by gd/keep_map_files.gd."""

from pathlib import Path

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, write_project

PROMISES = 13


def test_each_painting_keeps_its_map_file(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"tilebake.toml": 'output = "baked"'}, plugin=False)
    adopt_imports(engine, project)
    run = engine.script(project, SCRIPTS / "keep_map_files.gd").checked()
    assert run.lines("BAD ") == []
    assert len(run.lines("OK ")) == PROMISES
