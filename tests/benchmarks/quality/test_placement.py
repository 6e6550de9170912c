"""Placement is measured right on pictures whose truth is known: maps assembled from procedural textures."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.quality.cores import picture_cores
from benchmarks.quality.judge import load_judge
from benchmarks.quality.paintings import MAPS, map_path
from benchmarks.quality.placement import (
    Share,
    Verdict,
    by_terrain,
    confusions,
    is_inner,
    is_thin,
    judge_map,
    share,
)
from benchmarks.quality.plain import pictures_right, prompts
from benchmarks.quality.vocabulary import known_as
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import TileMap, parse_map, read_map
from tilebake.paint.judge.network import Judge
from tilebake.paint.report.neighbours import layout, place_of
from tilebake.paint.tile_scale import CORE
from training.terrain.catalog import NAMES
from training.terrain.scene import Patch, single

LEGEND = {"g": "grass", "w": "water", "s": "sand", "p": "path", "b": "brick"}
PROMPTS = {
    "grass": "green grass",
    "water": "clear water",
    "sand": "sand",
    "path": "cobblestone path",
    "brick": "red brick",
}
AS_JUDGED = {"path": "cobblestone", **{name: name for name in PROMPTS if name != "path"}}


def level(*rows: str, **keys: object) -> TileMap:
    return parse_map(json.dumps({"tilebake": 1, "terrains": PROMPTS, "legend": LEGEND, "rows": rows, **keys}))


def assembled(tilemap: TileMap, painted_as: dict[str, str] | None = None) -> NDArray[np.uint8]:
    """A map's picture, each tile a piece of its terrain's texture. Tiles are 64 pixels wide and high."""
    rng = np.random.default_rng(3)
    bounds = tilemap.bounds
    shape = round(bounds.height), round(bounds.width)
    picture = np.zeros((*shape, 3), np.uint8)
    for terrain in tilemap.terrains:
        name = AS_JUDGED[(painted_as or {}).get(terrain.name, terrain.name)]
        texture = (single(rng, shape, Patch(name)) * 255).astype(np.uint8)
        for tile in (tile for tile in tilemap.tiles if tile.terrain == terrain.name):
            x, y = round(tile.centre_x - bounds.x) - 32, round(tile.centre_y - bounds.y) - 32
            picture[y : y + 64, x : x + 64] = texture[y : y + 64, x : x + 64]
    return picture


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load_judge()


def test_a_map_assembled_from_textures_is_judged_right(judge: Judge) -> None:
    tilemap = level("gggww", "gpgww", "spbbg", "spbbg")
    tiles = judge_map(judge, assembled(tilemap), tilemap, AS_JUDGED, "assembled")
    assert share(tiles) == Share(20, 20)
    assert confusions(tiles) == []


def test_tiles_painted_as_another_terrain_are_wrong(judge: Judge) -> None:
    tilemap = level("ggww", "ggww")
    tiles = judge_map(judge, assembled(tilemap, {"water": "sand"}), tilemap, AS_JUDGED, "assembled")
    assert share(tiles) == Share(4, 8)
    assert confusions(tiles) == [("water", "sand", 4)]
    assert by_terrain(tiles) == {"water": Share(0, 4), "grass": Share(4, 4)}


def test_negative_coordinates_change_nothing(judge: Judge) -> None:
    tilemap = level("ggww", "ggss", origin=[-7, -3])
    assert share(judge_map(judge, assembled(tilemap), tilemap, AS_JUDGED, "moved")).value == 1


def test_a_picture_of_one_terrain_is_cut_as_if_it_were_tiles() -> None:
    y, x = np.mgrid[:128, :200].astype(np.uint8)
    cut = picture_cores(np.stack([x, y, x], axis=-1))
    assert cut.shape == (6, CORE, CORE, 3)
    assert [tuple(int(value) for value in window[0, 0, :2]) for window in cut[[0, 1, 3]]] == [
        (8, 8),
        (72, 8),
        (8, 72),
    ]


def marked(tilemap: TileMap, is_such: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The cells of tiles that stand at such places."""
    return {(tile.x, tile.y) for tile in tilemap.tiles if place_of(tile, tilemap) in is_such}


def inner_cells(tilemap: TileMap) -> set[tuple[int, int]]:
    terrains = layout(tilemap, AS_JUDGED)
    return marked(tilemap, {place for place in terrains if is_inner(place, terrains, tilemap.grid)})


def thin_cells(tilemap: TileMap, terrain: str) -> set[tuple[int, int]]:
    terrains = layout(tilemap, AS_JUDGED)
    found = {place for place in terrains if terrains[place] == terrain and is_thin(place, terrains)}
    return marked(tilemap, found)


@pytest.mark.parametrize(
    ("grid", "axis", "inner"),
    [
        ("square", "horizontal", {(1, 1), (2, 1), (1, 2), (2, 2)}),
        ("hexagonal", "horizontal", {(1, 1), (2, 1), (1, 2), (2, 2)}),
        ("hexagonal", "vertical", {(1, 1), (2, 1), (1, 2), (2, 2)}),
        ("half_offset", "horizontal", {(1, 1), (2, 1), (1, 2), (2, 2)}),
        ("half_offset", "vertical", {(1, 1), (2, 1), (1, 2), (2, 2)}),
    ],
)
def test_inner_tiles_have_a_like_neighbour_on_each_side(
    grid: str, axis: str, inner: set[tuple[int, int]]
) -> None:
    whole = level("gggg", "gggg", "gggg", "gggg", grid=grid, offset_axis=axis)
    assert inner_cells(whole) == inner
    holed = level("gggg", "gwgg", "gggg", "gggg", grid=grid, offset_axis=axis)
    assert (1, 1) not in inner_cells(holed)
    assert inner_cells(holed) < inner


def test_inner_tiles_of_an_isometric_map() -> None:
    grid = {"grid": "isometric", "layout": "diamond_down", "tile_size": [128, 64]}
    assert inner_cells(level("ggg", "ggg", "ggg", **grid)) == {(1, 1)}
    assert inner_cells(level("ggg", "wgg", "ggg", **grid)) == set()


def test_straights_bends_and_diagonals_are_thin_and_the_corners_of_a_lake_are_not() -> None:
    tilemap = level("ggwgggg", "ggwwggg", "gggwggg", "ggwgwww", "wggggww", "wgggggg")
    assert thin_cells(tilemap, "water") == {
        (2, 0), (2, 1), (3, 1), (3, 2), (2, 3), (4, 3), (0, 4), (0, 5)
    }  # fmt: skip


@pytest.mark.parametrize("title", MAPS)
def test_the_judge_knows_every_terrain_of_the_sample_maps(judge: Judge, title: str) -> None:
    terrains = read_map(map_path(title)).terrains
    assert {known_as(terrain) for terrain in terrains} <= set(judge.names)


@pytest.mark.parametrize("terrain", NAMES)
def test_plain_prompts_name_their_terrain(terrain: str) -> None:
    for prompt in prompts(terrain, 4):
        assert known_as(Terrain("plain", prompt)) == terrain


def test_a_picture_is_right_when_most_of_its_cores_are() -> None:
    cores = [Verdict("a", "sand", found, True, False) for found in ("sand", "sand", "grass")]
    cores += [Verdict("b", "sand", found, True, False) for found in ("sand", "grass")]
    cores += [Verdict("c", "sand", "grass", True, False)]
    assert pictures_right(cores) == Share(1, 3)
