"""Test how the addon reads map files that people wrote by hand, and reports what is wrong with them."""

import json
from typing import Any, Final

import pytest

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, write_project

CELL: Final = 'Write [x, y, "terrain"], or [x, y, "terrain", centre x, centre y].'
ROWS: Final = 'Write one text a row, one character a tile: ["gg.", "ggg"].'
LEGEND: Final = 'Write what each character means: {"g": "grass", ".": null}.'
ORIGIN: Final = "Write the column and row of the first character: [0, 0]."
TERRAINS: Final = 'Write the names of its terrains: ["grass", "water"].'
SIZE: Final = "Write a whole number from 1 to 4096, or two of them: [32, 16]."
LAYER: Final = 'Write {"cells": []}.'
VERSION: Final = "Write 1: this addon reads maps of version 1."
SHAPES: Final = "Write one of square, isometric, half_offset, hexagonal."
WEIGHT: Final = "Write a number from 0 to 1."
GOOD: Final = [0, 0, "g"]


def of_layers(*layers: object) -> dict[str, Any]:
    return {"tilebake": 1, "layers": list(layers)}


def of_cells(*cells: object) -> dict[str, Any]:
    return {"tilebake": 1, "cells": [GOOD, *cells]}


def of_rows(**more: object) -> dict[str, Any]:
    return {"tilebake": 1, "rows": ["g"], "legend": {"g": "grass"}, **more}


# The content of the file, and what is reported.
NASTY: Final[list[tuple[Any, str]]] = [
    (of_rows(rows=5), f"$.rows is not a list: 5. {ROWS}"),
    (of_rows(rows=None), f"$.rows is not a list: null. {ROWS}"),
    (of_rows(rows={"g": 1}), f'$.rows is not a list: {{"g":1}}. {ROWS}'),
    (of_rows(rows=["g", 7]), f"$.rows[1] is not a text: 7. {ROWS}"),
    (of_rows(rows=[["g"]]), f'$.rows[0] is not a text: ["g"]. {ROWS}'),
    (of_rows(legend=["g"]), f'$.legend is not an object: ["g"]. {LEGEND}'),
    (of_rows(legend="grass"), f'$.legend is not an object: "grass". {LEGEND}'),
    (of_rows(legend={"g": 5}), f'$.legend["g"] is not a legend entry: 5. {LEGEND}'),
    (of_rows(legend={"gg": "grass"}), f'$.legend["gg"] is not a legend entry: "grass". {LEGEND}'),
    (of_rows(origin="here"), f'$.origin is not a cell: "here". {ORIGIN}'),
    (of_rows(origin=[1]), f"$.origin is not a cell: [1]. {ORIGIN}"),
    (of_rows(origin=[1, "2"]), f'$.origin is not a cell: [1,"2"]. {ORIGIN}'),
    (of_rows(origin=[0.5, 0]), f"$.origin is not a cell: [0.5,0]. {ORIGIN}"),
    (of_rows(origin=[1e300, 0]), "$.origin is not a cell: [1000000000000000052504760"),
    (of_rows(tile_size="big"), f'$.tile_size is not a tile size: "big". {SIZE}'),
    (of_rows(tile_size=0), f"$.tile_size is not a tile size: 0. {SIZE}"),
    (of_rows(tile_size=-16), f"$.tile_size is not a tile size: -16. {SIZE}"),
    (of_rows(tile_size=[16, 1e12]), f"$.tile_size is not a tile size: [16,1000000000000.0]. {SIZE}"),
    (of_rows(tile_size={"x": 1}), f'$.tile_size is not a tile size: {{"x":1}}. {SIZE}'),
    (of_rows(tile_size=[]), f"$.tile_size is not a tile size: []. {SIZE}"),
    (of_rows(grid=3), f"$.grid is not a grid: 3. {SHAPES}"),
    (of_rows(grid=["hex"]), f'$.grid is not a grid: ["hex"]. {SHAPES}'),
    (of_rows(grid="hex"), f'$.grid is not a grid: "hex". {SHAPES}'),
    (of_rows(layout=None), "$.layout is not a layout: null. Write one of stacked, "),
    (of_rows(offset_axis={}), "$.offset_axis is not an offset_axis: {}. Write one of horizontal, vertical."),
    (of_cells([0, 0]), f"$.cells[1] is not a cell: [0,0]. {CELL}"),
    (of_cells([0, 0, 5]), f"$.cells[1] is not a cell: [0,0,5]. {CELL}"),
    (of_cells([0, "0", "g"]), f'$.cells[1] is not a cell: [0,"0","g"]. {CELL}'),
    (of_cells([0, 0, "g", 8]), f'$.cells[1] is not a cell: [0,0,"g",8]. {CELL}'),
    (of_cells([0, 0, "g", 8, None]), f'$.cells[1] is not a cell: [0,0,"g",8,null]. {CELL}'),
    (of_cells(None), f"$.cells[1] is not a cell: null. {CELL}"),
    (of_cells("g"), f'$.cells[1] is not a cell: "g". {CELL}'),
    (of_cells({"x": 0, "terrain": "g"}), f'$.cells[1] is not a cell: {{"terrain":"g","x":0}}. {CELL}'),
    (of_cells({"x": 0, "y": [], "terrain": "g"}), "$.cells[1] is not a cell: {"),
    (of_cells({"x": 0, "y": 0, "terrain": "g", "centre": 5}), "$.cells[1] is not a cell: {"),
    (of_cells({"x": 0, "y": 0, "terrain": "g", "centre": [1, "a"]}), "$.cells[1] is not a cell: {"),
    ({"tilebake": 1, "cells": {"x": 0}}, f'$.cells is not a list: {{"x":0}}. {CELL}'),
    ({"tilebake": 1, "layers": "ground"}, '$.layers is not a list: "ground". Write [{"cells": []}].'),
    (of_layers(of_cells(), 5), f"$.layers[1] is not a layer: 5. {LAYER}"),
    (of_layers({"cells": [5]}), f"$.layers[0].cells[0] is not a cell: 5. {CELL}"),
    (of_layers({"rows": 5}), f"$.layers[0].rows is not a list: 5. {ROWS}"),
    (of_layers({"cells": [], "weight": "half"}), f'$.layers[0].weight is not a number: "half". {WEIGHT}'),
    ({**of_layers({"rows": ["g"]}), "legend": 5}, f"$.legend is not an object: 5. {LEGEND}"),
    ({"tilebake": "1"}, f'$.tilebake is "1". {VERSION}'),
    ({"tilebake": [1]}, f"$.tilebake is [1]. {VERSION}"),
    ({"tilebake": {}}, f"$.tilebake is {{}}. {VERSION}"),
    ({}, f"$.tilebake is null. {VERSION}"),
    ({"tilebake": 1, "corners": "grass"}, f'$.corners is not a list: "grass". {TERRAINS}'),
    ({"tilebake": 1, "blob": ["grass", 5]}, f"$.blob[1] is not a name: 5. {TERRAINS}"),
    ([], "a map is a JSON object, but this is []. Write { ... }."),
    (None, "a map is a JSON object, but this is null. Write { ... }."),
]
FINE: Final[list[tuple[Any, int]]] = [
    (of_rows(), 1),
    (of_rows(legend=None, origin=None), 0),
    (of_cells({"x": 1, "y": 0, "terrain": "h"}, {"x": 1, "y": 1, "terrain": "h", "centre": None}), 3),
    (of_cells([1, 0, "g", 8.5, 8]), 2),
    (of_layers({"rows": ["g."], "weight": 0.5}, {"cells": [GOOD]}) | {"legend": {"g": "grass"}}, 2),
]


@pytest.fixture(scope="module")
def read(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, int]]:
    """Return what is reported of each file, or the TileSet that it is, and how many cells it has."""
    project = write_project(tmp_path_factory.mktemp("nasty") / "game", {}, plugin=False)
    adopt_imports(engine, project)
    (project / "maps").mkdir()
    for kind, maps in (("nasty", NASTY), ("fine", FINE)):
        for index, (content, _) in enumerate(maps):
            (project / f"maps/{kind}{index}.tilebake.json").write_text(json.dumps(content), encoding="utf-8")
    content = {"tilebake": 1, "corners": ["grass", "water"], "terrains": {"grass": "a", "water": "b"}}
    (project / "maps/coast.tilebake.json").write_text(json.dumps(content), encoding="utf-8")
    (project / "maps/line.tilebake.json").write_text('{"tilebake": 1,\n  "rows": [}', encoding="utf-8")
    (project / "maps/none.tilebake.json").write_bytes(b"")
    run = engine.script(project, SCRIPTS / "export/print_maps.gd", "res://maps").check()
    return {
        name.removesuffix(".tilebake.json"): (tile_set or line, cells)
        for name, line, cells, tile_set in map(json.loads, run.lines("READ "))
    }


@pytest.mark.parametrize("index", range(len(NASTY)), ids=lambda index: json.dumps(NASTY[index][0])[:60])
def test_a_wrong_value_is_reported_with_its_place_and_a_hint(
    read: dict[str, tuple[str, int]], index: int
) -> None:
    line, cells = read[f"nasty{index}"]
    assert line.startswith(f"res://maps/nasty{index}.tilebake.json: ")
    assert NASTY[index][1] in line
    assert cells == -1


@pytest.mark.parametrize(("name", "place"), [("line", ":2: not JSON: "), ("none", ":1: not JSON: ")])
def test_a_file_that_is_not_json_is_reported_with_its_line(
    read: dict[str, tuple[str, int]], name: str, place: str
) -> None:
    assert read[name][0].startswith(f"res://maps/{name}.tilebake.json{place}")


@pytest.mark.parametrize("index", range(len(FINE)))
def test_an_unusual_but_valid_map_is_read(read: dict[str, tuple[str, int]], index: int) -> None:
    assert read[f"fine{index}"] == ("", FINE[index][1])


def test_a_tileset_is_read_as_one_and_not_as_a_map_without_tiles(read: dict[str, tuple[str, int]]) -> None:
    assert read["coast"] == ("res://maps/coast.tres", 0)
