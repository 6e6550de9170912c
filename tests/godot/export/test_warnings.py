"""Test what an export warns of: in words that say what to do, and what concerns most cells first."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.godot.harness.engine import Engine, Run, write_project
from tests.godot.harness.scenes import baked, export, layer, level, make_scenes, map_of, node, scene, tile

GROUND: Final = layer("Ground", [tile(x, y, 0) for x in range(4) for y in range(3)])
LAYERS: Final = "Array[NodePath]([%s])"


def on_grid(name: str, shape: int, size: tuple[int, int]) -> dict[str, Any]:
    """Describe a layer of two tiles on a grid of its own."""
    return {**layer(name, [tile(0, 0, 1), tile(1, 0, 1)]), "tile_set": {"shape": shape, "size": size}}


OTHERS: Final = (on_grid("Cave", 3, (32, 28)), on_grid("Slope", 1, (32, 16)))
LARGER: Final = layer("Larger", [tile(0, 0, 1)], scale="Vector2(2, 2)")
SCENES: Final = [
    level("res://grids.tscn", GROUND, *OTHERS, LARGER),
    scene(
        "res://painted_elsewhere.tscn",
        node(
            "Node2D",
            baked(),
            GROUND,
            baked("CaveBake", layers=LAYERS % 'NodePath("../Cave")'),
            OTHERS[0],
            baked("SlopeBake", layers=LAYERS % 'NodePath("../Slope")'),
            OTHERS[1],
            name="Level",
        ),
    ),
    level(
        "res://many.tscn",
        layer(
            "Ground",
            [*GROUND["cells"], tile(0, 7, 8), tile(0, 8, 9), tile(1, 8, 9), tile(2, 8, 9)],
        ),
        layer("Beside", [tile(x, 0, 1) for x in range(2)], position="Vector2(8, 0)"),
    ),
]


@pytest.fixture(scope="module")
def exported(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """Export a project of those scenes. Return it with what the export printed."""
    folder = write_project(tmp_path_factory.mktemp("warnings") / "game", {}, plugin=False)
    make_scenes(engine, folder, SCENES)
    return folder, export(engine, folder, "--all").check()


def test_layers_of_other_grids_are_named_in_one_warning_with_what_to_do(exported: tuple[Path, Run]) -> None:
    project, output = exported
    assert output.lines("warning: res://grids.tscn: ") == [
        "Bake: 3 layers are not painted, because a painting has one grid, here that of Ground "
        "(square, 16 x 16): Cave (hexagonal, horizontal, 32 x 28), Slope (isometric, horizontal, 32 x 16), "
        "Larger (square, 32 x 32). "
        "Add a BakedTileMap beside them for each other grid, and name its layers there under Layers; "
        "a layer of the same shape may be scaled instead."
    ]
    assert [each["name"] for each in map_of(project, "res://grids.tscn")["layers"]] == ["Ground"]


def test_layers_that_another_painting_names_are_no_reason_to_warn(exported: tuple[Path, Run]) -> None:
    project, output = exported
    assert output.lines("warning: res://painted_elsewhere.tscn: ") == []
    cave = map_of(project, "res://painted_elsewhere.CaveBake.tscn")
    assert (cave["grid"], [each["name"] for each in cave["layers"]]) == ("hexagonal", ["Cave"])


def test_what_concerns_most_cells_is_told_first(exported: tuple[Path, Run]) -> None:
    told = exported[1].lines("warning: res://many.tscn: ")
    assert [line.partition(": ")[0] for line in told] == [
        "Ground at cell (0, 8)",
        "Beside",
        "Ground at cell (0, 7)",
    ]
