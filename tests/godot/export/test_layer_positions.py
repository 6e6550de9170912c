"""Test how layers that are moved, scaled or turned are exported: in the first layer's space, on its grid."""

import json
from math import cos, pi, sin
from pathlib import Path
from typing import Any, Final

import pytest

from tests.godot.harness.engine import Engine, Run, write_project
from tests.godot.harness.scene_file import SceneFile
from tests.godot.harness.scenes import (
    baked,
    export,
    file_of,
    layer,
    level,
    make_scenes,
    map_of,
    node,
    scene,
    tile,
    tile_map,
)
from tilebake.level.tilemap import parse_map

GROUND: Final = layer("Ground", [tile(x, y, 0) for x in range(4) for y in range(3)])
ODD_ROWS: Final = {"shape": 2, "layout": 0, "axis": 0, "size": (32, 20)}

SCENES: Final[list[dict[str, Any]]] = [
    level("res://straight.tscn", GROUND),
    level(
        "res://moved.tscn",
        GROUND,
        layer("ByTiles", [tile(0, 0, 1)], position="Vector2(32, -16)"),
        layer("ByHalf", [tile(0, 0, 1)], position="Vector2(8, 0)"),
        node("Node2D", layer("Carried", [tile(0, 0, 2)]), name="Boat", position="Vector2(16, 16)"),
    ),
    scene(
        "res://turned.tscn",
        node(
            "Node2D",
            node("Node2D", GROUND, baked(), name="World", rotation="0.5", scale="Vector2(3, 3)", skew="0.2"),
        ),
    ),
    level("res://moved_whole.tscn", layer("Ground", [tile(-1, -2, 0)], position="Vector2(100, 7.5)")),
    level(
        "res://own_space.tscn",
        layer("Ground", GROUND["cells"], scale="Vector2(4, 2)", rotation="0.7", position="Vector2(100, 7.5)"),
        node(
            "Node2D",
            layer(
                "Along",
                [tile(0, 0, 1)],
                scale="Vector2(4, 2)",
                rotation="0.4",
                position=f"Vector2({64 * cos(0.4)}, {64 * sin(0.4)})",
            ),
            name="Boat",
            rotation="0.3",
            position="Vector2(100, 7.5)",
        ),
        layer("Straight", [tile(0, 0, 1)]),
    ),
    level(
        "res://old_own_space.tscn",
        tile_map("Old", {"name": "low", "cells": GROUND["cells"]}, scale="Vector2(3, 3)", rotation="0.5"),
    ),
    level(
        "res://fitting.tscn",
        GROUND,
        {
            **layer("Finer", [tile(0, 0, 1), tile(3, 1, 2)], scale="Vector2(2, 2)"),
            "tile_set": {"size": (8, 8)},
        },
        layer("Mirrored", [tile(0, 0, 2)], scale="Vector2(-1, 1)", position="Vector2(64, 0)"),
        layer("OnItsSide", [tile(1, 0, 1)], rotation=str(pi / 2), position="Vector2(16, 0)"),
    ),
    level(
        "res://odd_row.tscn",
        layer("Ground", [tile(x, y, 0) for x in range(3) for y in range(3)]),
        layer("RowDown", [tile(0, 0, 1), tile(1, 1, 1)], position="Vector2(16, 20)"),
        **ODD_ROWS,
    ),
]


@pytest.fixture(scope="module")
def exported(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """Export a project of those scenes. Return it with what the export printed."""
    folder = write_project(tmp_path_factory.mktemp("space") / "game", {}, plugin=False)
    make_scenes(engine, folder, SCENES)
    return folder, export(engine, folder, "--all").check()


@pytest.fixture(scope="module")
def project(exported: tuple[Path, Run]) -> Path:
    return exported[0]


@pytest.fixture(scope="module")
def output(exported: tuple[Path, Run]) -> Run:
    return exported[1]


def names(map_file: dict[str, Any]) -> list[str]:
    return [each["name"] for each in map_file["layers"]]


def test_a_layer_moved_by_whole_tiles_is_renumbered(project: Path) -> None:
    exported = map_of(project, "res://moved.tscn")
    assert names(exported) == ["Ground", "ByTiles", "Carried"]
    assert exported["layers"][1]["cells"] == [[2, -1, "water", 40, -8]]
    assert exported["layers"][2]["cells"] == [[1, 1, "sand", 24, 24]]


LEFT_OUT: Final = {
    "moved.tscn: ByHalf": "it lies (-8.0, 0.0) map pixels beside the grid of Ground, whose grid the map has. "
    "Move it onto the grid, or give it a BakedTileMap of its own.",
    "own_space.tscn: Straight": "it is turned or skewed against Ground, whose grid the map has. "
    "Turn it as that layer is, or give it a BakedTileMap of its own.",
}


@pytest.mark.parametrize("where", LEFT_OUT)
def test_a_layer_off_the_grid_is_left_out_with_a_hint(output: Run, where: str) -> None:
    assert output.lines(f"warning: res://{where}: ") == [f"the layer is left out: {LEFT_OUT[where]}"]


def test_layers_turned_and_scaled_by_their_parent_give_the_same_map(project: Path) -> None:
    assert map_of(project, "res://turned.tscn")["layers"] == map_of(project, "res://straight.tscn")["layers"]


@pytest.mark.parametrize("path", ["res://own_space.tscn", "res://old_own_space.tscn"])
def test_a_map_is_in_the_space_of_its_first_layer(project: Path, path: str) -> None:
    expected = map_of(project, "res://straight.tscn")["layers"][0]["cells"]
    assert map_of(project, path)["layers"][0]["cells"] == expected


def test_the_position_of_the_first_layer_does_not_change_its_map(project: Path) -> None:
    exported = map_of(project, "res://moved_whole.tscn")
    assert exported["layers"][0]["cells"] == [[-1, -2, "grass", -8, -24]]


def test_a_layer_turned_with_the_first_is_renumbered_in_its_space(project: Path) -> None:
    exported = map_of(project, "res://own_space.tscn")
    assert names(exported) == ["Ground", "Along"]
    assert exported["layers"][1]["cells"] == [[1, 0, "water", 24, 8]]


def test_scaled_mirrored_and_turned_layers_on_the_grid_are_renumbered(project: Path) -> None:
    exported = map_of(project, "res://fitting.tscn")
    assert {each["name"]: each["cells"] for each in exported["layers"][1:]} == {
        "Finer": [[0, 0, "water", 8, 8], [3, 1, "sand", 56, 24]],
        "Mirrored": [[3, 0, "sand", 56, 8]],
        "OnItsSide": [[0, 1, "water", 8, 24]],
    }


def test_a_layer_moved_by_one_row_in_a_half_offset_grid_gets_other_columns(project: Path) -> None:
    exported = map_of(project, "res://odd_row.tscn")
    file = SceneFile(file_of(project, "res://odd_row.tscn"))
    grid = file.grid("RowDown")
    expected = [
        [x + 16, y + 20] for x, y in sorted(grid.centre(each.x, each.y) for each in file.cells("RowDown"))
    ]
    assert sorted(cell[3:] for cell in exported["layers"][1]["cells"]) == sorted(expected)
    for x, y, _, *centre in exported["layers"][1]["cells"]:
        assert list(grid.centre(x, y)) == centre
    prompts = {name: name for name in ("grass", "water")}
    assert parse_map(json.dumps({**exported, "terrains": prompts})).tiles
