"""Test which layers of a scene are exported, in which order, and the terrain of each tile."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.godot.harness.engine import Engine, Run, write_project
from tests.godot.harness.scene_file import SceneFile
from tests.godot.harness.scenes import (
    CUSTOM,
    UNNAMED,
    baked,
    export,
    file_of,
    layer,
    level,
    make_scenes,
    map_of,
    node,
    scene,
    scene_tile,
    tile,
    tile_map,
)
from tilebake.level.tilemap import TileMap, parse_map

MAPPING: Final = "Dictionary[String, String]({%s})"
LAYERS: Final = "Array[NodePath]([%s])"
GROUND: Final = layer("Ground", [tile(x, y, 0) for x in range(4) for y in range(3)])
CHUNK: Final = layer("Chunk", [tile(x, y, 1) for x in range(2) for y in range(2)])


def with_house_at(position: str) -> dict[str, Any]:
    """Describe a level with a house, which has a floor and a painting of its own."""
    floor = layer("Floor", [tile(0, 0, 2)])
    house = node("Node2D", floor, baked("Inside"), name="House", position=position)
    return node("Node2D", GROUND, house, baked(), name="Level")


SCENES: Final[list[dict[str, Any]]] = [
    level(
        "res://several.tscn",
        layer("Above", [tile(0, 0, 2)], z_index="3"),
        GROUND,
        layer("Detail", [tile(1, 1, 1)]),
        layer("Empty", []),
        layer("Hidden", [tile(0, 0, 1)], visible="false"),
        layer("Disabled", [tile(0, 0, 1)], enabled="false"),
        node("Node2D", layer("InHidden", [tile(2, 2, 1)]), name="Dark", visible="false"),
        node("Node2D", node("Node", layer("Deep", [tile(3, 2, 2)])), name="Folder"),
        tile_map(
            "Old",
            {"name": "low", "cells": [tile(0, 1, 1)]},
            {"name": "off", "cells": [tile(0, 1, 1)], "enabled": False},
            {"name": "high", "cells": [tile(0, 2, 1)], "z": 2},
            {"name": "mid", "cells": [tile(0, 2, 2)]},
        ),
    ),
    scene("res://chunk.tscn", node("Node2D", CHUNK, name="ChunkRoot")),
    level(
        "res://world.tscn",
        GROUND,
        {**node("instance", name="East", position="Vector2(64, 0)"), "scene": "res://chunk.tscn"},
        {**node("instance", name="South", position="Vector2(0, 48)"), "scene": "res://chunk.tscn"},
    ),
    {
        "path": "res://deep/inherited.tscn",
        "root": {
            "type": "inherited",
            "name": "Level",
            "scene": "res://world.tscn",
            "children": [
                layer("More", [tile(9, 9, 2)]),
            ],
        },
    },
    scene(
        "res://holds_a_level.tscn",
        node("Node2D", {**node("instance", name="Inner"), "scene": "res://world.tscn"}, name="Outer"),
    ),
    scene(
        "res://tiles.tscn",
        node(
            "Node2D",
            layer(
                "Ground",
                [
                    tile(0, 0, 1, CUSTOM),
                    tile(1, 0, 0, alternative=1),
                    tile(2, 0, 1, alternative=4096 | 16384),
                    tile(3, 0, 0, UNNAMED),
                    tile(4, 0, 1, UNNAMED),
                    tile(5, 0, 2, UNNAMED),
                    tile(6, 0, 2, UNNAMED),
                    scene_tile(0, 1),
                    (1, 1, 7, 0, 0, 0),
                ],
            ),
            baked(
                tile_terrains=MAPPING
                % '"0:0,2": "moss", "0:1,2": "-", "1:scene:5": "wood", "0:1,1": "the node\'s word"'
            ),
            name="Level",
        ),
    ),
    scene(
        "res://two.tscn",
        node(
            "Node2D",
            GROUND,
            layer("Cave", [tile(0, 0, 2)]),
            baked("Upper", layers=LAYERS % 'NodePath("../Ground")'),
            baked("Lower", layers=LAYERS % 'NodePath("../Cave"), NodePath("../Ground")'),
            baked(
                "Named", layers=LAYERS % 'NodePath("../Cave")', map_file='"res://maps/own name.tilebake.json"'
            ),
            name="Level",
        ),
    ),
    scene(
        "res://shared.tscn",
        node(
            "Node2D",
            GROUND,
            layer("Cave", [tile(0, 0, 2)]),
            baked(
                "First", layers=LAYERS % 'NodePath("../Ground")', map_file='"res://maps/shared.tilebake.json"'
            ),
            baked(
                "Second", layers=LAYERS % 'NodePath("../Cave")', map_file='"res://maps/shared.tilebake.json"'
            ),
            name="Level",
        ),
    ),
    scene("res://house_beside.tscn", with_house_at("Vector2(400, 0)")),
    scene("res://house_on_it.tscn", with_house_at("Vector2(16, 0)")),
    level("res://nothing.tscn", layer("Ground", [])),
    level("res://left_out.tscn", layer("Ground", [scene_tile(2, 3)])),
    level("res://unnamed.tscn", layer("Water", [tile(2, 3, 0, UNNAMED)])),
]
BROKEN: Final = ["res://nothing.tscn", "res://left_out.tscn"]


@pytest.fixture(scope="module")
def exported(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """Export a project of those scenes. Return it with what the export printed."""
    folder = write_project(tmp_path_factory.mktemp("scenes") / "game", {}, plugin=False)
    make_scenes(engine, folder, SCENES)
    return folder, export(engine, folder, "--all").check(1)


@pytest.fixture(scope="module")
def project(exported: tuple[Path, Run]) -> Path:
    return exported[0]


@pytest.fixture(scope="module")
def output(exported: tuple[Path, Run]) -> Run:
    return exported[1]


def shown(map_file: dict[str, Any]) -> TileMap:
    """Read a map as tilebake does, each terrain with its name as prompt."""
    names = {cell[2] for each in map_file["layers"] for cell in each["cells"]}
    return parse_map(json.dumps({**map_file, "terrains": {name: name for name in names}}))


def terrains(map_file: dict[str, Any]) -> dict[tuple[int, int], str]:
    return {(each.x, each.y): each.terrain for each in shown(map_file).tiles}


def names(map_file: dict[str, Any]) -> list[str]:
    return [each["name"] for each in map_file["layers"]]


def test_visible_layers_are_exported_in_drawing_order(project: Path) -> None:
    exported = map_of(project, "res://several.tscn")
    assert names(exported) == ["Ground", "Detail", "Deep", "low", "mid", "high", "Above"]
    assert terrains(exported)[0, 0] == "sand"
    assert terrains(exported)[0, 2] == "water"
    assert terrains(exported)[1, 1] == "water"


def test_layers_of_instanced_scenes_are_part_of_the_level(project: Path) -> None:
    exported = map_of(project, "res://world.tscn")
    assert names(exported) == ["Ground", "Chunk", "Chunk"]
    chunk = SceneFile(file_of(project, "res://chunk.tscn")).cells("Chunk")
    for index, (across, down) in enumerate([(4, 0), (0, 3)], 1):
        cells = {(x, y) for x, y, *_ in exported["layers"][index]["cells"]}
        assert cells == {(each.x + across, each.y + down) for each in chunk}


def test_an_inherited_scene_has_a_map_of_its_own(project: Path) -> None:
    exported = map_of(project, "res://deep/inherited.tscn")
    assert names(exported) == [*names(map_of(project, "res://world.tscn")), "More"]


def test_a_painting_of_an_instanced_scene_is_exported_by_its_own_scene_only(
    project: Path, output: Run
) -> None:
    assert not (project / "maps/holds_a_level.tilebake.json").exists()
    assert "holds_a_level" not in output.log


def test_a_tiles_terrain_is_the_nodes_word_else_its_custom_data_else_its_terrain_else_proposed(
    project: Path,
) -> None:
    exported = map_of(project, "res://tiles.tscn")
    assert terrains(exported) == {
        (0, 0): "the node's word",
        (1, 0): "dry grass",
        (2, 0): "water",
        (3, 0): "moss",
        (5, 0): "dirt",
        (6, 0): "dirt",
        (0, 1): "wood",
    }


def test_each_kind_of_tile_that_its_tile_set_has_lost_is_reported_once(output: Run) -> None:
    assert output.lines("warning: res://tiles.tscn: Ground ") == [
        "at cell (1, 1): its TileSet no longer has the tile 7:0,0; its cell is not painted. "
        "Erase it, or paint another tile there."
    ]


def test_each_painting_of_a_scene_has_a_map_file_of_its_own(project: Path) -> None:
    first, second = (map_of(project, f"res://{name}.tscn") for name in ("two", "two.Lower"))
    assert names(first) == ["Ground"]
    assert names(second) == ["Cave", "Ground"]
    assert (project / "maps/own name.tilebake.json").is_file()


def test_a_layer_that_another_painting_hides_is_named_and_one_beside_it_is_not(output: Run) -> None:
    assert output.lines("warning: res://house_beside.tscn: ") == []
    (warning,) = output.lines("warning: res://house_on_it.tscn: ")
    assert warning.startswith("Bake: 1 node is behind the painting: Floor.")


def test_two_paintings_cannot_share_a_map_file(project: Path, output: Run) -> None:
    assert output.lines("error: res://shared.tscn: ") == [
        "Second: it shares its map file res://maps/shared.tilebake.json with First. "
        "Clear map_file, or name another one."
    ]
    assert names(map_of(project, "res://shared.tscn")) == ["Ground"]


@pytest.mark.parametrize("path", BROKEN)
def test_a_scene_without_a_tile_to_paint_is_an_error_with_a_hint(
    project: Path, output: Run, path: str
) -> None:
    has_no_tile = path == "res://nothing.tscn"  # which the game may fill
    errors = output.lines(f"{'warning' if has_no_tile else 'error'}: {path}: ")
    assert len(errors) == 1
    assert errors[0].count(". ") == 1, "what is wrong, and the hint"
    assert not list(project.glob(f"maps/{path[6:-5]}*"))


def test_a_name_is_its_own_first_prompt(project: Path) -> None:
    exported = map_of(project, "res://unnamed.tscn")
    assert exported["terrains"] == {"water": {"prompt": "water"}}


def test_map_files_are_sorted_text_with_a_cell_a_line(project: Path) -> None:
    text = (project / "maps/several.tilebake.json").read_bytes().decode("utf-8")
    assert text.startswith(
        '{\n  "tilebake": 1,\n  "grid": "square",\n'
        '  "scene": {\n    "file": "res://several.tscn",\n    "node": "Bake"\n  },\n'
        '  "seed": 0,\n  "terrains": {\n'
    )
    assert '\n        [0,0,"grass",8,8],\n        [1,0,"grass",24,8],\n' in text
    assert text.endswith("}\n")
    assert "\r" not in text
    assert not list(project.glob("maps/**/*.tmp"))
