"""Test that the addon and the backend agree where a map's picture lies."""

import itertools
import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, write_project
from tests.helpers import ROOT
from tilebake.level.map.mapfile import MapFile
from tilebake.level.tilemap import parse_map

SHAPES: Final = ("square", "isometric", "half_offset", "hexagonal")
LAYOUTS: Final = (
    "stacked",
    "stacked_offset",
    "stairs_right",
    "stairs_down",
    "diamond_right",
    "diamond_down",
)
AXES: Final = ("horizontal", "vertical")
GRASS: Final = {"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass", "x": None}}
ROWS: Final = ["..g.", ".gx ", "..gg"]


def grids() -> dict[str, dict[str, Any]]:
    """Return maps of rows, whose centres both sides must compute, in every grid."""
    return {
        f"{shape}_{layout}_{axis}": {
            **GRASS,
            "grid": shape,
            "layout": layout,
            "offset_axis": axis,
            "tile_size": [48, 34],
            "origin": [-3, 2],
            "rows": ROWS,
        }
        for shape, layout, axis in itertools.product(SHAPES, LAYOUTS, AXES)
    }


OTHERS: Final[dict[str, dict[str, Any]]] = {
    "cells": {**GRASS, "cells": [[-4, 7, "grass"], [2, 9, "grass"]]},
    "objects": {
        **GRASS,
        "cells": [{"x": 3, "y": -2, "terrain": "grass"}, {"x": 5, "y": 5, "terrain": "grass"}],
    },
    "centred": {**GRASS, "tile_size": 16, "cells": [[0, 0, "grass", 20.5, 9], [1, 2, "grass", 36.5, 41]]},
    "centred objects": {
        **GRASS,
        "tile_size": 16,
        "cells": [{"x": 0, "y": 0, "terrain": "grass", "centre": [20, 9]}],
    },
    "layers": {
        **GRASS,
        "tile_size": [10, 20],
        "origin": [1, 1],
        "layers": [
            {"rows": ["gg"]},
            {"rows": ["..", ".q"], "legend": {"q": "grass"}, "origin": [6, 6]},
            {"cells": [[-9, -9, "grass"]], "weight": 0},
            {"cells": []},
        ],
    },
    "empty rows": {**GRASS, "rows": ["...", "..."], "origin": [2, 3]},
}
SAMPLES: Final = sorted((ROOT / "maps").glob("*.json"))


@pytest.fixture(scope="module")
def boxes(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """Return what the addon measures of every map, by the map's name."""
    project = write_project(tmp_path_factory.mktemp("boxes") / "game", {}, plugin=False)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in SAMPLES}
    texts |= {name: json.dumps(each) for name, each in {**grids(), **OTHERS}.items()}
    for name, text in texts.items():
        MapFile.model_validate_json(text)
        (project / f"{name}.tilebake.json").write_text(text, encoding="utf-8")
    adopt_imports(engine, project)
    paths = [f"res://{name}.tilebake.json" for name in texts]
    run = engine.script(project, SCRIPTS / "export/print_boxes.gd", *paths).check()
    lines = [json.loads(line) for line in run.lines("BOX ")]
    return {path[6:-14]: box for path, *box in lines}


@pytest.mark.parametrize("name", [*grids(), *OTHERS])
def test_the_addons_box_of_a_map_is_the_backends_bounds(boxes: dict[str, list[float]], name: str) -> None:
    text = json.dumps({**grids(), **OTHERS}[name])
    assert boxes[name] == pytest.approx(list(parse_map(text).bounds), abs=1e-3)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_addons_box_of_a_sample_map_is_the_backends_bounds(
    boxes: dict[str, list[float]], path: Path
) -> None:
    assert boxes[path.stem] == pytest.approx(
        list(parse_map(path.read_text(encoding="utf-8")).bounds), abs=1e-3
    )
