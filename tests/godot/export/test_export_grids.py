"""Test that the exported cells are those in the scene's bytes, in every grid that Godot has."""

import itertools
import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.godot.harness.engine import SCRIPTS, Engine, write_project
from tests.godot.harness.scene_file import SceneFile
from tests.godot.harness.scenes import export, file_of, layer, level, make_scenes, map_of, mix_tiles, tile_map
from tilebake.level.project import find_project
from tilebake.level.tilemap import parse_map, read_map

SHAPES: Final = range(4)
GRIDS: Final = [
    (0, 0, 0),  # a square grid has neither layout nor axis
    *itertools.product(SHAPES[1:], range(6), range(2)),
]
SIZE: Final = (48, 34)
TERRAINS: Final = ("grass", "water", "sand", "custom grass", "custom water", "custom sand")
CELLS: Final = mix_tiles(range(-6, 7), range(-5, 8))


def path_of(kind: str, grid: tuple[int, int, int]) -> str:
    return f"res://{kind}/{'_'.join(map(str, grid))}.tscn"


def describe_scene(kind: str, grid: tuple[int, int, int]) -> dict[str, Any]:
    shape, layout, axis = grid
    ground = (
        layer("Ground", CELLS)
        if kind == "layer"
        else tile_map("Ground", {"name": "a", "cells": CELLS}, {"name": "b", "cells": CELLS[:20]})
    )
    return level(path_of(kind, grid), ground, shape=shape, layout=layout, axis=axis, size=SIZE)


@pytest.fixture(scope="module")
def project(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export a scene of each grid, with a TileMapLayer and with a TileMap."""
    folder = write_project(tmp_path_factory.mktemp("shapes") / "game", {}, plugin=False)
    make_scenes(engine, folder, [describe_scene(kind, grid) for kind in ("layer", "map") for grid in GRIDS])
    run = export(engine, folder, "--all").check()
    assert len(run.lines("res://")) == 2 * len(GRIDS)
    return folder


@pytest.mark.parametrize("grid", GRIDS, ids=str)
@pytest.mark.parametrize("kind", ["layer", "map"])
def test_exported_cells_are_those_of_the_scene(project: Path, kind: str, grid: tuple[int, int, int]) -> None:
    path = path_of(kind, grid)
    scene = SceneFile(file_of(project, path))
    lattice = scene.grid("Ground")
    layers = [None] if kind == "layer" else [0, 1]
    expected = [
        sorted(
            [
                [cell.x, cell.y, scene.terrain("Ground", cell), *lattice.centre(cell.x, cell.y)]
                for cell in scene.cells("Ground", index)
            ],
            key=lambda cell: (cell[1], cell[0]),
        )
        for index in layers
    ]
    exported = map_of(project, path)
    assert [each["cells"] for each in exported["layers"]] == expected
    assert len(expected[0]) == len(CELLS)
    assert (exported["grid"], exported["tile_size"]) == (lattice.shape, list(SIZE))
    if lattice.shape != "square":
        assert (exported["layout"], exported["offset_axis"]) == (lattice.layout, lattice.axis)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_the_backend_reads_an_exported_map(project: Path, grid: tuple[int, int, int]) -> None:
    inside = path_of("layer", grid).removeprefix("res://").removesuffix(".tscn")
    file = project / "maps" / f"{inside}.tilebake.json"
    (project / "tilebake.toml").write_text(
        "[terrains]\n" + "".join(f'"{name}" = "{name}"\n' for name in TERRAINS), encoding="utf-8"
    )
    tilemap = read_map(file, find_project(file))
    assert len(tilemap.tiles) == len(CELLS)
    assert {terrain.name for terrain in tilemap.terrains} == set(TERRAINS)


def test_the_box_of_an_export_is_the_backends_bounds(engine: Engine, project: Path) -> None:
    paths = [path_of("layer", grid) for grid in GRIDS]
    run = engine.script(project, SCRIPTS / "export/print_exports.gd", *paths).check()
    boxes = {path: (own, read) for path, own, read in map(json.loads, run.lines("BOXES "))}
    assert list(boxes) == paths
    for path, (own, read) in boxes.items():
        exported = {**map_of(project, path), "terrains": {name: name for name in TERRAINS}}
        assert own == pytest.approx(list(parse_map(json.dumps(exported)).bounds), abs=1e-3), path
        assert read == pytest.approx(own, abs=1e-3), path
