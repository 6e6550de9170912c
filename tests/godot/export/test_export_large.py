"""Test large levels: every cell is exported (prints the milliseconds), and a wide one keeps its size."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scene_file import SceneFile
from tests.godot.harness.scenes import export, file_of, layer, level, make_scenes, map_of, mix_tiles
from tests.helpers import ROOT
from tilebake.level.tilemap import parse_map

LEVEL = "res://large.tscn"
STALE = 3  # the exit code of `bake --check` where a picture is not painted yet, and nothing is wrong


@pytest.mark.parametrize("side", [100, pytest.param(317, id="100,000 cells")])
def test_every_cell_of_a_large_level_is_exported(engine: Engine, tmp_path: Path, side: int) -> None:
    project = write_project(tmp_path / "game", {}, plugin=False)
    half = side // 2
    cells = mix_tiles(range(-half, side - half), range(-half, side - half))
    make_scenes(engine, project, [level(LEVEL, layer("Ground", cells))])
    run = engine.script(project, ROOT / "backend/benchmarks/serve/godot_export.gd", LEVEL).check()
    for line in run.lines("LARGE "):
        print("ms:", line)

    exported: dict[str, Any] = map_of(project, LEVEL)
    scene = SceneFile(file_of(project, LEVEL))
    assert [(x, y, terrain) for x, y, terrain, *_ in exported["layers"][0]["cells"]] == sorted(
        ((cell.x, cell.y, scene.terrain("Ground", cell)) for cell in scene.cells("Ground")),
        key=lambda cell: (cell[1], cell[0]),
    )
    assert len(exported["layers"][0]["cells"]) == side * side
    names = {cell[2] for cell in exported["layers"][0]["cells"]}
    assert (
        len(parse_map(json.dumps({**exported, "terrains": {name: name for name in names}})).tiles) == side**2
    )


def test_a_level_of_66_tiles_across_is_neither_refused_nor_painted_smaller(
    engine: Engine, tmp_path: Path
) -> None:
    files = {"tilebake.toml": 'maps = ["maps"]\noutput = "baked"\n'}
    project = write_project(tmp_path / "game", files, plugin=False)
    ground = layer("Ground", mix_tiles(range(66), range(2)))
    make_scenes(engine, project, [level(LEVEL, ground, size=[128, 128])])
    export(engine, project, "--all").check()
    assert len(map_of(project, LEVEL)["layers"][0]["cells"]) == 132
    command = [sys.executable, "-m", "tilebake", "bake", "--check", str(project)]
    environment = engine.environment(PYTHONPATH=str(ROOT / "backend"))
    checked = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
    assert checked.returncode == STALE, checked.stdout + checked.stderr
    assert "tiles are painted at" not in checked.stderr
    assert "error" not in checked.stdout + checked.stderr
