"""Maps that are right: both encodings, all grids, layers, what comes from the project, and the samples."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tilebake.errors import MapError
from tilebake.level.map.grid import Bounds
from tilebake.level.map.mapfile import schema
from tilebake.level.project import Project
from tilebake.level.settings import SettingsOverride
from tilebake.level.terrain import LoraRef, Terrain
from tilebake.level.tilemap import Tile, TileMap, parse_map, read_map

TERRAINS = {"grass": "lush green grass", "water": "clear blue water"}
LEGEND = {"g": "grass", "w": "water"}
SAMPLES = Path(__file__).parents[2] / "maps"


def level(project: Project | None = None, **keys: Any) -> TileMap:
    return parse_map(json.dumps({"tilebake": 1, "terrains": TERRAINS, **keys}), project=project)


def cells(tilemap: TileMap) -> list[tuple[int, int, str, float]]:
    return [(tile.x, tile.y, tile.terrain, tile.weight) for tile in tilemap.tiles]


def test_rows_and_cells_say_the_same() -> None:
    rows = level(legend=LEGEND, rows=["gw", ".g"])
    assert level(cells=[[1, 1, "grass"], [0, 0, "grass"], [1, 0, "water"]]) == rows
    assert tuple(rows.tiles) == (
        Tile(0, 0, "grass", 32, 32),
        Tile(1, 0, "water", 96, 32),
        Tile(1, 1, "grass", 96, 96),
    )
    assert tuple(rows.empty) == ((32, 96),)
    assert rows.bounds == Bounds(0, 0, 128, 128)


def test_a_cell_has_three_forms() -> None:
    short = level(cells=[[2, 1, "grass", 160, 96]])
    assert level(cells=[{"x": 2, "y": 1, "terrain": "grass", "centre": [160, 96]}]) == short
    assert level(cells=[{"x": 2, "y": 1, "terrain": "grass"}]) == level(cells=[[2, 1, "grass"]]) == short


def test_numbers_may_be_written_as_godot_writes_them() -> None:
    assert level(cells=[[2.0, 1.0, "grass"]], tile_size=64.0, seed=3.0) == level(
        cells=[[2, 1, "grass"]], seed=3
    )


def test_rows_may_begin_anywhere() -> None:
    tilemap = level(legend=LEGEND, rows=["gw"], origin=[-5, -2])
    assert cells(tilemap) == [(-5, -2, "grass", 1), (-4, -2, "water", 1)]
    assert tilemap.bounds == Bounds(-320, -128, 128, 64)


def test_dots_and_spaces_are_empty_unless_the_legend_says_otherwise() -> None:
    assert len(level(legend=LEGEND, rows=["g. "]).tiles) == 1
    assert len(level(legend={**LEGEND, ".": "water"}, rows=["g. "]).tiles) == 2
    assert len(level(legend={"g": None}, rows=["g. "]).tiles) == 0


def test_the_legend_takes_any_character() -> None:
    assert cells(level(legend={"🌲": "grass", '"': "water"}, rows=['🌲"'])) == [
        (0, 0, "grass", 1),
        (1, 0, "water", 1),
    ]


def test_a_map_without_tiles_has_the_size_of_its_rows() -> None:
    tilemap = level(rows=["...", "..."], origin=[1, 0])
    assert (list(tilemap.tiles), tilemap.terrains) == ([], ())
    assert tilemap.bounds == Bounds(64, 0, 192, 128)
    assert len(tilemap.empty) == 6


def test_the_engines_centres_win() -> None:
    tilemap = level(cells=[[0, 0, "grass", 100.25, 50], [2, 0, "water", 228, 50]])
    assert [(tile.centre_x, tile.centre_y) for tile in tilemap.tiles] == [(100.25, 50), (228, 50)]
    assert tuple(tilemap.empty) == ((164.25, 50),)
    assert tilemap.bounds == Bounds(68.25, 18, 191.75, 64)


def test_layers_must_lie_on_one_grid() -> None:
    layers = [{"cells": [[0, 0, "grass"]]}, {"cells": [[0, 0, "water", 64, 64]]}]
    with pytest.raises(
        MapError, match=r"layers\[1\].cells\[0\]: the cell \[0, 0\] has its centre at \[64, 64\]"
    ):
        level(layers=layers)


def test_an_upper_tile_hides_the_one_below() -> None:
    layers = [{"rows": ["gg"]}, {"rows": [".w"]}]
    assert cells(level(legend=LEGEND, layers=layers)) == [(0, 0, "grass", 1), (1, 0, "water", 1)]


def test_an_upper_tile_leaves_what_its_weight_leaves() -> None:
    layers = [{"rows": ["g"]}, {"rows": ["w"], "weight": 0.25}]
    assert cells(level(legend=LEGEND, layers=layers)) == [(0, 0, "grass", 0.75), (0, 0, "water", 0.25)]


def test_the_same_terrain_in_two_layers_is_one_tile() -> None:
    layers = [{"rows": ["g"]}, {"rows": ["w"], "weight": 0.5}, {"rows": ["g"], "weight": 0.5}]
    assert cells(level(legend=LEGEND, layers=layers)) == [(0, 0, "grass", 0.75), (0, 0, "water", 0.25)]


@pytest.mark.parametrize("weight", [0, 1])
def test_a_layer_may_be_empty_or_weigh_nothing(weight: float) -> None:
    layers = [
        {"rows": ["g"]},
        {"cells": []},
        {"cells": [[0, 0, "water"]] if weight == 0 else [], "weight": weight},
    ]
    assert cells(level(legend=LEGEND, layers=layers)) == [(0, 0, "grass", 1)]


def test_layers_have_their_own_legend_and_origin_or_the_maps() -> None:
    layers = [{"rows": ["g"]}, {"rows": ["g"], "legend": {"g": "water"}, "origin": [1, 0]}]
    assert cells(level(legend=LEGEND, origin=[3, 0], layers=layers)) == [
        (1, 0, "water", 1),
        (3, 0, "grass", 1),
    ]


def test_a_terrain_that_is_hidden_everywhere_is_not_painted() -> None:
    tilemap = level(legend=LEGEND, layers=[{"rows": ["g"]}, {"rows": ["w"]}])
    assert [terrain.name for terrain in tilemap.terrains] == ["water"]


def test_terrains_in_full() -> None:
    entry = {"prompt": "ice", "negative_prompt": "snow", "weight": 2}
    tilemap = level(terrains={"ice": entry}, cells=[[0, 0, "ice"]])
    assert tilemap.terrains == (Terrain("ice", "ice", "snow", 2.0),)


SHARED = Project(
    root=Path("game"),
    base_prompt="an island",
    style="hand painted",
    negative_prompt="blurry",
    terrains={"ice": Terrain("ice", "blue ice", "snow", 2.0)},
)


def test_a_map_takes_from_its_project_what_it_leaves_out() -> None:
    tilemap = level(SHARED, cells=[[0, 0, "ice"]])
    assert tilemap.terrains == (Terrain("ice", "blue ice", "snow", 2.0),)
    assert (tilemap.base_prompt, tilemap.negative_prompt) == ("an island, hand painted", "blurry")


def test_a_map_may_say_otherwise_in_part() -> None:
    tilemap = level(
        SHARED,
        base_prompt="a lake",
        negative_prompt="",
        terrains={"ice": {"weight": 0.5, "negative_prompt": ""}},
        cells=[[0, 0, "ice"]],
    )
    assert tilemap.terrains == (Terrain("ice", "blue ice", "", 0.5),)
    assert (tilemap.base_prompt, tilemap.negative_prompt) == ("a lake, hand painted", "")


def test_a_map_sets_seed_model_loras_and_settings() -> None:
    tilemap = level(
        rows=["."],
        seed=2**53 - 1,
        model="models/mine",
        loras=["pixel.safetensors", {"path": "snow.safetensors", "weight": 0.5}],
        settings={"steps": 12, "palette": ["#ffffff", "#000000"]},
    )
    assert (tilemap.seed, tilemap.model) == (2**53 - 1, "models/mine")
    assert tilemap.loras == (LoraRef("pixel.safetensors"), LoraRef("snow.safetensors", 0.5))
    assert tilemap.settings == SettingsOverride(steps=12, palette=("#ffffff", "#000000"))


def test_a_map_may_name_its_schema() -> None:
    text = '{"$schema": "map.schema.json", "tilebake": 1, "rows": ["."]}'
    assert replace(parse_map(text), notes=()) == replace(level(rows=["."]), notes=())


def test_a_map_is_named_after_its_file(tmp_path: Path) -> None:
    for file in ("lake.json", "lake.tilebake.json"):
        (tmp_path / file).write_text('{"tilebake": 1, "rows": ["."]}', encoding="utf-8")
        assert read_map(tmp_path / file).name == "lake"
    assert level(name="The lake", rows=["."]).name == "The lake"


@pytest.mark.parametrize(
    ("name", "shape", "tiles", "size"),
    [
        ("forest", "square", 192, (1024, 768)),
        ("river", "square", 192, (1024, 768)),
        ("island", "square", 192, (1024, 768)),
        ("checker", "square", 108, (768, 576)),
        ("hex", "hexagonal", 154, (928, 629)),
        ("iso", "isometric", 100, (1280, 640)),
    ],
)
def test_the_samples(name: str, shape: str, tiles: int, size: tuple[int, int]) -> None:
    tilemap = read_map(SAMPLES / f"{name}.json")
    assert (tilemap.grid, len(tilemap.tiles)) == (shape, tiles)
    assert (tilemap.bounds.width, tilemap.bounds.height) == size


def test_the_checkers_tiles_have_no_like_neighbour() -> None:
    terrain = {(tile.x, tile.y): tile.terrain for tile in read_map(SAMPLES / "checker.json").tiles}
    around = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0)]
    assert not any(
        terrain.get((x + dx, y + dy)) == own for (x, y), own in terrain.items() for dx, dy in around
    )


@pytest.mark.parametrize(
    "keys",
    [
        {"legend": LEGEND, "rows": ["gw" * 128] * 256},
        {"cells": [[x, y, "grass"] for x in range(400) for y in range(250)]},
    ],
    ids=["256 x 256 in rows", "100,000 cells"],
)
def test_large_maps_are_read_quickly(keys: dict[str, Any]) -> None:
    text = json.dumps({"tilebake": 1, "tile_size": 16, "terrains": TERRAINS, **keys})
    start = time.process_time()
    parse_map(text)
    assert time.process_time() - start < 4  # a second where nothing else runs


def test_every_key_of_the_schema_is_described() -> None:
    document = schema()
    assert document["title"] == "tilebake map, version 1"
    assert document["required"] == ["tilebake"]
    for part in (document, *document["$defs"].values()):
        assert all(entry["description"] for entry in part["properties"].values())
