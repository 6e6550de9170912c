"""A part of a map has what lies in its box, and nothing tells it what the rest of the map is."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.level.map.crop import crop
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import Bounds, Centres, TileMap, Tiles, parse_map
from tilebake.request import BakeRequest

TERRAINS = {"grass": "green grass", "sand": "fine sand", "water": "blue water"}
LEGEND = {"g": "grass", "s": "sand", "w": "water"}
GRIDS = [
    {"grid": "square"},
    {"grid": "isometric", "tile_size": [64, 32], "layout": "diamond_down"},
    {"grid": "half_offset", "offset_axis": "vertical"},
    {"grid": "hexagonal", "layout": "stairs_right"},
]
texts = st.integers(1, 6).flatmap(
    lambda n: st.lists(st.text("gsw.", min_size=n, max_size=n), min_size=1, max_size=6)
)
edges = st.integers(-5, 8).map(lambda edge: edge * 32.0)  # of tiles, and their middles


def draw(rows: list[str], **keys: object) -> TileMap:
    body = {"tilebake": 1, "base_prompt": "a map", "terrains": TERRAINS, "legend": LEGEND, "rows": rows}
    return parse_map(json.dumps(body | keys))


def reference(tilemap: TileMap, box: Bounds) -> TileMap:
    """The same, an object at a time."""

    def holds(x: float, y: float) -> bool:
        return box.x <= x < box.x + box.width and box.y <= y < box.y + box.height

    tiles = Tiles.of(tile for tile in tilemap.tiles if holds(tile.centre_x, tile.centre_y))
    empty = Centres.of(point for point in tilemap.empty if holds(*point))
    terrains = tuple(each for each in tilemap.terrains if each.name in tiles.names)
    return replace(tilemap, tiles=tiles, empty=empty, terrains=terrains, bounds=box, notes=())


def digest(tilemap: TileMap) -> str:
    return BakeRequest(tilemap, BakeSettings(), "embedded", "m", 1).digest()


@given(texts, st.sampled_from(GRIDS), edges, edges, edges, edges)
def test_a_part_has_what_lies_in_its_box(
    rows: list[str], grid: dict[str, object], x: float, y: float, width: float, height: float
) -> None:
    tilemap, box = draw([*rows, "g" * len(rows[0])], **grid), Bounds(x, y, abs(width), abs(height))
    assert crop(tilemap, box) == reference(tilemap, box)


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid["grid"])
def test_parts_without_gaps_have_every_tile_once(grid: dict[str, object]) -> None:
    tilemap = draw(["ggsw.gsw", "w.wwsggs", "sswgg..w", "gwsgwsgw"], **grid)
    bounds = tilemap.bounds
    width, height = bounds.width / 3 + 1, bounds.height / 2 + 1  # empty cells lie on the last edge, too
    boxes = [
        Bounds(bounds.x + i * width, bounds.y + j * height, width, height) for i in range(3) for j in range(2)
    ]
    parts = [crop(tilemap, box) for box in boxes]
    assert sorted(tile for part in parts for tile in part.tiles) == sorted(tilemap.tiles)
    assert sorted(point for part in parts for point in part.empty) == sorted(tilemap.empty)


def test_equal_surroundings_make_equal_requests() -> None:
    near = ["gggg", "gsg.", "gggg"]
    alone = draw(near)
    among = draw(["wwwwww", *(f"w{row}w" for row in near), "......", "wwwwww"], origin=[-1, -1])
    box = Bounds(0, 0, 256, 192)
    assert digest(crop(among, box)) == digest(crop(alone, box)) == digest(alone)


def test_a_part_of_a_part_is_the_part_of_the_whole() -> None:
    tilemap = draw(["gsgwws", "wg.wgs", "sswwgg", "s.gwgw"])
    box = Bounds(64, 64, 128, 192)
    assert crop(crop(tilemap, Bounds(0, 0, 256, 256)), box) == crop(tilemap, box)


def test_bounds_are_the_box_unless_they_are_given() -> None:
    tilemap, box = draw(["gg", "gg"]), Bounds(0, 0, 64, 64)
    assert crop(tilemap, box).bounds == box
    assert crop(tilemap, box, tilemap.bounds).bounds == tilemap.bounds


def test_a_part_without_a_tile_is_a_map_of_its_base_prompt() -> None:
    part = crop(draw(["g.g"]), Bounds(64, 0, 64, 64))
    assert (len(part.tiles), part.terrains, list(part.empty)) == (0, (), [(96.0, 32.0)])


def test_a_part_keeps_the_edits_of_its_own_prompts() -> None:
    tilemap = draw(["gs"], edit={"terrains": {"grass": "dry grass"}})
    assert tilemap.edit is not None
    assert crop(tilemap, Bounds(0, 0, 64, 64)).edit == tilemap.edit
    assert crop(tilemap, Bounds(64, 0, 64, 64)).edit is None
