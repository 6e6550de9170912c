"""Map files that people wrote by hand: whatever is in them is told with its place, its value and the hint."""

import json
from typing import Any, Final

import pytest

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, write_project

CELL: Final = 'Write [x, y, "terrain"], or [x, y, "terrain", centre x, centre y].'
ROWS: Final = 'Write one text a row, one character a tile: ["gg.", "ggg"].'
LEGEND: Final = 'Write what each character stands for: {"g": "grass", ".": null}.'
ORIGIN: Final = "Write the column and row of the first character: [0, 0]."
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


# What stands in the file, and what is said of it.
NASTY: Final[list[tuple[Any, str]]] = [
    (of_rows(rows=5), f"$.rows is no list: 5. {ROWS}"),
    (of_rows(rows=None), f"$.rows is no list: null. {ROWS}"),
    (of_rows(rows={"g": 1}), f'$.rows is no list: {{"g":1}}. {ROWS}'),
    (of_rows(rows=["g", 7]), f"$.rows[1] is no text: 7. {ROWS}"),
    (of_rows(rows=[["g"]]), f'$.rows[0] is no text: ["g"]. {ROWS}'),
    (of_rows(legend=["g"]), f'$.legend is no object: ["g"]. {LEGEND}'),
    (of_rows(legend="grass"), f'$.legend is no object: "grass". {LEGEND}'),
    (of_rows(legend={"g": 5}), f'$.legend["g"] is no terrain of a character: 5. {LEGEND}'),
    (of_rows(legend={"gg": "grass"}), f'$.legend["gg"] is no terrain of a character: "grass". {LEGEND}'),
    (of_rows(origin="here"), f'$.origin is no cell: "here". {ORIGIN}'),
    (of_rows(origin=[1]), f"$.origin is no cell: [1]. {ORIGIN}"),
    (of_rows(origin=[1, "2"]), f'$.origin is no cell: [1,"2"]. {ORIGIN}'),
    (of_rows(origin=[0.5, 0]), f"$.origin is no cell: [0.5,0]. {ORIGIN}"),
    (of_rows(origin=[1e300, 0]), "$.origin is no cell: [1000000000000000052504760"),
    (of_rows(tile_size="big"), f'$.tile_size is no size of tiles: "big". {SIZE}'),
    (of_rows(tile_size=0), f"$.tile_size is no size of tiles: 0. {SIZE}"),
    (of_rows(tile_size=-16), f"$.tile_size is no size of tiles: -16. {SIZE}"),
    (of_rows(tile_size=[16, 1e12]), f"$.tile_size is no size of tiles: [16,1000000000000.0]. {SIZE}"),
    (of_rows(tile_size={"x": 1}), f'$.tile_size is no size of tiles: {{"x":1}}. {SIZE}'),
    (of_rows(tile_size=[]), f"$.tile_size is no size of tiles: []. {SIZE}"),
    (of_rows(grid=3), f"$.grid is no grid: 3. {SHAPES}"),
    (of_rows(grid=["hex"]), f'$.grid is no grid: ["hex"]. {SHAPES}'),
    (of_rows(grid="hex"), f'$.grid is no grid: "hex". {SHAPES}'),
    (of_rows(layout=None), "$.layout is no layout: null. Write one of stacked, "),
    (of_rows(offset_axis={}), "$.offset_axis is no offset_axis: {}. Write one of horizontal, vertical."),
    (of_cells([0, 0]), f"$.cells[1] is no cell: [0,0]. {CELL}"),
    (of_cells([0, 0, 5]), f"$.cells[1] is no cell: [0,0,5]. {CELL}"),
    (of_cells([0, "0", "g"]), f'$.cells[1] is no cell: [0,"0","g"]. {CELL}'),
    (of_cells([0, 0, "g", 8]), f'$.cells[1] is no cell: [0,0,"g",8]. {CELL}'),
    (of_cells([0, 0, "g", 8, None]), f'$.cells[1] is no cell: [0,0,"g",8,null]. {CELL}'),
    (of_cells(None), f"$.cells[1] is no cell: null. {CELL}"),
    (of_cells("g"), f'$.cells[1] is no cell: "g". {CELL}'),
    (of_cells({"x": 0, "terrain": "g"}), f'$.cells[1] is no cell: {{"terrain":"g","x":0}}. {CELL}'),
    (of_cells({"x": 0, "y": [], "terrain": "g"}), "$.cells[1] is no cell: {"),
    (of_cells({"x": 0, "y": 0, "terrain": "g", "centre": 5}), "$.cells[1] is no cell: {"),
    (of_cells({"x": 0, "y": 0, "terrain": "g", "centre": [1, "a"]}), "$.cells[1] is no cell: {"),
    ({"tilebake": 1, "cells": {"x": 0}}, f'$.cells is no list: {{"x":0}}. {CELL}'),
    ({"tilebake": 1, "layers": "ground"}, '$.layers is no list: "ground". Write [{"cells": []}].'),
    (of_layers(of_cells(), 5), f"$.layers[1] is no layer: 5. {LAYER}"),
    (of_layers({"cells": [5]}), f"$.layers[0].cells[0] is no cell: 5. {CELL}"),
    (of_layers({"rows": 5}), f"$.layers[0].rows is no list: 5. {ROWS}"),
    (of_layers({"cells": [], "weight": "half"}), f'$.layers[0].weight is no number: "half". {WEIGHT}'),
    ({**of_layers({"rows": ["g"]}), "legend": 5}, f"$.legend is no object: 5. {LEGEND}"),
    ({"tilebake": "1"}, f'$.tilebake is "1". {VERSION}'),
    ({"tilebake": [1]}, f"$.tilebake is [1]. {VERSION}"),
    ({"tilebake": {}}, f"$.tilebake is {{}}. {VERSION}"),
    ({}, f"$.tilebake is null. {VERSION}"),
    ([], "a map is a JSON object, and this is []. Write { ... }."),
    (None, "a map is a JSON object, and this is null. Write { ... }."),
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
    """What is said of each file, and how many cells it has."""
    project = write_project(tmp_path_factory.mktemp("nasty") / "game", {}, plugin=False)
    adopt_imports(engine, project)
    (project / "maps").mkdir()
    for kind, maps in (("nasty", NASTY), ("fine", FINE)):
        for index, (told, _) in enumerate(maps):
            (project / f"maps/{kind}{index}.tilebake.json").write_text(json.dumps(told), encoding="utf-8")
    (project / "maps/line.tilebake.json").write_text('{"tilebake": 1,\n  "rows": [}', encoding="utf-8")
    (project / "maps/none.tilebake.json").write_bytes(b"")
    run = engine.script(project, SCRIPTS / "read_maps.gd", "res://maps").checked()
    return {
        name.removesuffix(".tilebake.json"): (words, cells)
        for name, words, cells in map(json.loads, run.lines("READ "))
    }


@pytest.mark.parametrize("index", range(len(NASTY)), ids=lambda index: json.dumps(NASTY[index][0])[:60])
def test_what_is_wrong_is_told_with_place_value_and_hint(
    read: dict[str, tuple[str, int]], index: int
) -> None:
    words, cells = read[f"nasty{index}"]
    assert words.startswith(f"res://maps/nasty{index}.tilebake.json: ")
    assert NASTY[index][1] in words
    assert cells == -1


@pytest.mark.parametrize(("name", "place"), [("line", ":2: not JSON: "), ("none", ":1: not JSON: ")])
def test_what_is_no_json_is_told_with_its_line(
    read: dict[str, tuple[str, int]], name: str, place: str
) -> None:
    assert read[name][0].startswith(f"res://maps/{name}.tilebake.json{place}")


@pytest.mark.parametrize("index", range(len(FINE)))
def test_what_is_unusual_and_right_is_read(read: dict[str, tuple[str, int]], index: int) -> None:
    assert read[f"fine{index}"] == ("", FINE[index][1])
