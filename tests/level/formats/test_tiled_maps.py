"""Maps of Tiled: whatever way a map is written, it is the map that rows of characters write."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.sheets import make_sheet
from tests.helpers.tiled_files import PROJECT, Packing, own, packed, save, tmj, tmx, tsx
from tilebake.errors import MapError
from tilebake.level.map.grid import Bounds, Grid
from tilebake.level.project import find_project
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, read_map
from tilebake.level.torus.corner_set import Corners
from tilebake.request import BakeRequest
from tilebake.serve.tilesets.tiled import write_tsx

ROWS = ["ggws", "gwwg", "ssgw"]
PACKINGS: Sequence[Packing] = ("csv", "xml", "", "zlib", "gzip", "zstd")


@pytest.fixture
def game(tmp_path: Path) -> Path:
    save(tmp_path, "tilebake.toml", PROJECT)
    save(tmp_path, "ground.tsx", tsx())
    return tmp_path


def digest(tilemap: TileMap) -> str:
    return BakeRequest(tilemap, BakeSettings(), "embedded", "0" * 64, tilemap.seed).digest()


def read(path: Path) -> TileMap:
    return read_map(path, find_project(path))


def shares(tilemap: TileMap) -> dict[tuple[int, int], dict[str, float]]:
    """What each cell shows."""
    found: dict[tuple[int, int], dict[str, float]] = {}
    for tile in tilemap.tiles:
        found.setdefault((tile.x, tile.y), {})[tile.terrain] = round(tile.weight, 6)
    return found


@pytest.fixture
def by_hand(game: Path) -> str:
    return digest(read(save(game, "hand.json", own(ROWS))))


def test_a_map_from_godot_has_the_same_digest(game: Path, by_hand: str) -> None:
    names = {"g": "grass", "w": "water", "s": "sand"}
    cells = [
        [x, y, names[sign], 16 * x + 8, 16 * y + 8]
        for y, row in enumerate(ROWS)
        for x, sign in enumerate(row)
    ]
    exported = {"tilebake": 1, "tile_size": [16, 16], "cells": cells[::-1]}
    assert digest(read(save(game, "scene.tilebake.json", exported))) == by_hand


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_map_by_hand_and_from_tiled_has_one_digest(game: Path, by_hand: str, packing: Packing) -> None:
    assert digest(read(save(game, "a.tmx", tmx(ROWS, packing=packing)))) == by_hand
    assert digest(read(save(game, "b.tmj", tmj(ROWS, packing=packing)))) == by_hand


def test_tilesets_may_be_in_the_map_or_in_files_of_either_kind(game: Path, by_hand: str) -> None:
    body = tsx().split("\n", 1)[1].replace("<tileset ", '<tileset firstgid="1" ')
    assert digest(read(save(game, "a.tmx", tmx(ROWS, tileset=body)))) == by_hand
    tiles = [
        {"id": number, "properties": [{"name": "terrain", "type": "string", "value": name}]}
        for number, name in enumerate(("grass", "water", "sand"))
    ]
    save(game, "ground.tsj", {"name": "ground", "tiles": tiles})
    source = '<tileset firstgid="1" source="ground.tsj"/>'
    assert digest(read(save(game, "b.tmx", tmx(ROWS, tileset=source)))) == by_hand
    inside = tmj(ROWS, tilesets=[{"firstgid": 1, "name": "ground", "tiles": tiles}])
    assert digest(read(save(game, "c.tmj", inside))) == by_hand


def test_flipped_and_turned_tiles_are_the_tiles_they_were(game: Path, by_hand: str) -> None:
    value = tmj(ROWS)
    data = value["layers"][0]["data"]
    value["layers"][0]["data"] = [number | (index % 16) << 28 for index, number in enumerate(data)]
    assert digest(read(save(game, "a.tmj", value))) == by_hand


def test_an_infinite_map_begins_where_its_tiles_do(game: Path) -> None:
    chunks: list[dict[str, Any]] = [
        {"x": -2, "y": -1, "width": 2, "height": 2, "data": [1, 1, 2, 0]},
        {"x": 0, "y": -1, "width": 2, "height": 2, "data": [3, 3, 3, 1]},
        {"x": 400, "y": 400, "width": 2, "height": 2, "data": [0, 0, 0, 0]},
    ]
    value = tmj(["g"], infinite=True, width=4, height=2)
    value["layers"][0] |= {"chunks": chunks, "startx": -2, "starty": -1}
    del value["layers"][0]["data"]
    expected = read(save(game, "hand.json", own(["ggss", "w.sg"], origin=[-2, -1])))
    found = read(save(game, "a.tmj", value))
    assert digest(found) == digest(expected)
    written = "".join(
        f'<chunk x="{each["x"]}" y="{each["y"]}" width="2" height="2">{packed(each["data"], "zstd")}</chunk>'
        for each in chunks
    )
    data = f'<data encoding="base64" compression="zstd">{written}</data>'
    layer = f'<layer name="a" width="4" height="2">{data}</layer>'
    whole = tmx(["."], attributes={"infinite": 1}, more=layer, layer=' visible="0"')
    assert digest(read(save(game, "b.tmx", whole))) == digest(expected)


def test_a_map_with_empty_edges_keeps_its_size(game: Path) -> None:
    assert read(save(game, "a.tmx", tmx(["....", ".g..", "...."]))).bounds == Bounds(0, 0, 64, 48)
    assert read(save(game, "b.tmx", tmx(["..", ".."]))).bounds == Bounds(0, 0, 32, 32)


@pytest.mark.parametrize(
    ("attributes", "grid"),
    [
        ({"orientation": "isometric"}, {"grid": "isometric", "layout": "diamond_down"}),
        ({"orientation": "staggered"}, {"grid": "isometric", "layout": "stacked"}),
        (
            {"orientation": "staggered", "staggeraxis": "x", "staggerindex": "even"},
            {"grid": "isometric", "layout": "stacked_offset", "offset_axis": "vertical"},
        ),
        ({"orientation": "hexagonal", "hexsidelength": 8}, {"grid": "hexagonal", "layout": "stacked"}),
    ],
)
def test_every_orientation_is_a_grid(
    game: Path, attributes: dict[str, object], grid: dict[str, object]
) -> None:
    expected = read(save(game, "hand.json", own(ROWS, **grid)))
    assert digest(read(save(game, "a.tmx", tmx(ROWS, attributes=attributes)))) == digest(expected)


def test_a_hexagons_side_says_how_far_its_rows_lie_apart(game: Path) -> None:
    tilemap = read(
        save(game, "a.tmx", tmx(["g", "g"], attributes={"orientation": "hexagonal", "hexsidelength": 4}))
    )
    first, second = (tile.centre_y for tile in tilemap.tiles)
    assert second - first == 10  # (16 + 4) / 2
    assert Grid("hexagonal", (16, 16)).line_spacing == 0.75


def test_layers_cover_fade_hide_and_shift(game: Path) -> None:
    value = tmj(["gg", "gg"])
    upper = {**value["layers"][0], "name": "upper", "opacity": 0.5, "data": [2, 0, 0, 0], "offsetx": 16.0}
    hidden = {**value["layers"][0], "name": "hidden", "visible": False, "data": [9999, 0, 0, 0]}
    group = {"type": "group", "name": "group", "opacity": 0.5, "offsety": 17, "layers": [upper, hidden]}
    value["layers"] += [group, {"type": "objectgroup", "objects": [{"id": 1}]}, {"type": "imagelayer"}]
    found = shares(read(save(game, "a.tmj", value)))
    assert found[1, 1] == {"grass": 0.75, "water": 0.25}
    assert all(found[cell] == {"grass": 1.0} for cell in [(0, 0), (1, 0), (0, 1)])


WANG = (
    '<wangsets><wangset name="shore" type="corner" tile="-1">'
    '<wangcolor name="grass" color="#00ff00" tile="-1" probability="1"/>'
    '<wangcolor name="water" color="#0000ff" tile="-1" probability="1"/>'
    '<wangtile tileid="0" wangid="0,1,0,1,0,1,0,1"/><wangtile tileid="1" wangid="0,1,0,2,0,2,0,2"/>'
    '<wangtile tileid="2" wangid="0,0,0,2,0,2,0,0"/></wangset></wangsets>'
)


def test_a_tile_of_a_terrain_set_shows_the_terrains_of_its_corners(game: Path) -> None:
    save(game, "ground.tsx", tsx({}, more=WANG))
    found = shares(read(save(game, "a.tmx", tmx(["gws"]))))
    assert found[0, 0] == {"grass": 1.0}
    assert found[1, 0] == {"grass": 0.25, "water": 0.75}
    assert found[2, 0] == {"water": 0.5}  # and of the rest whatever is below


def test_terrains_of_versions_before_1_5_are_read(game: Path) -> None:
    types = '<terraintypes><terrain name="grass" tile="0"/><terrain name="water" tile="1"/></terraintypes>'
    tiles = '<tile id="0" terrain="0,0,0,0"/><tile id="1" terrain="0,1,1,1"/><tile id="2" terrain=",,1,1"/>'
    save(game, "ground.tsx", tsx({}, more=types + tiles))
    found = shares(read(save(game, "a.tmx", tmx(["gws"]))))
    assert found == {(0, 0): {"grass": 1.0}, (1, 0): {"grass": 0.25, "water": 0.75}, (2, 0): {"water": 0.5}}
    old = [
        {"id": 0, "terrain": [0, 0, 0, 0]},
        {"id": 1, "terrain": [0, 1, 1, 1]},
        {"id": 2, "terrain": [-1, -1, 1, 1]},
    ]
    inside = {"firstgid": 1, "tiles": old, "terrains": [{"name": "grass"}, {"name": "water"}]}
    assert shares(read(save(game, "b.tmj", tmj(["gws"]) | {"tilesets": [inside]}))) == found


@pytest.mark.parametrize(
    ("table", "tile", "layer", "expected"),
    [
        ('"*" = "sand"', "", "", "sand"),
        ('"*" = "sand"', "", "water", "water"),
        ('"*" = "sand"', 'type="grass"', "water", "grass"),
        ('"*" = "sand"', 'class="grass"', "water", "grass"),
        ('"0-2" = "sand"', 'type="grass"', "water", "sand"),
        ('"0" = "water"\n"0-2" = "sand"', 'type="grass"', "", "water"),
    ],
)
def test_the_nearest_word_on_a_tile_counts(
    game: Path, table: str, tile: str, layer: str, expected: str
) -> None:
    save(game, "tilebake.toml", f"{PROJECT}\n[tiled.terrains.ground]\n{table}\n")
    save(game, "ground.tsx", tsx({}, more=f'<tile id="0" {tile}/>'))
    text = tmx(["g"])
    if layer:
        own_word = f'<properties><property name="terrain" value="{layer}"/></properties>'
        text = text.replace("<data ", f"{own_word}<data ")
    assert read(save(game, "a.tmx", text)).tiles[0].terrain == expected


def test_what_is_nothing_is_not_painted(game: Path) -> None:
    save(game, "tilebake.toml", f'{PROJECT}\n[tiled]\nlayers = ["ground"]\n[tiled.terrains.ground]\n1 = ""\n')
    other = '<layer name="signs" width="2" height="1"><data encoding="csv">7,7</data></layer>'
    found = shares(read(save(game, "a.tmx", tmx(["gw"], more=other))))
    assert found == {(0, 0): {"grass": 1.0}}


def test_a_map_may_say_its_prompts_and_its_seed(game: Path) -> None:
    own_words = (
        '<properties><property name="base_prompt" value="an island at dusk"/>'
        '<property name="negative_prompt">\nblurry</property>'
        '<property name="seed" type="int" value="7"/></properties>'
    )
    tilemap = read(save(game, "a.tmx", tmx(["g"], more=own_words)))
    assert (tilemap.base_prompt, tilemap.negative_prompt.strip(), tilemap.seed) == (
        "an island at dusk",
        "blurry",
        7,
    )


def test_a_map_may_wrap(game: Path) -> None:
    wrap = '<properties><property name="wrap" value="{}"/></properties>'
    rows = ["ggws"] * 4
    expected = digest(read(save(game, "hand.json", own(rows, wrap="x"))))
    assert digest(read(save(game, "a.tmx", tmx(rows, more=wrap.format("x"))))) == expected
    with pytest.raises(MapError, match='wrap is "z"; write x, y or both'):
        read(save(game, "a.tmx", tmx(rows, more=wrap.format("z"))))


def test_a_tileset_that_tilebake_made_is_read(game: Path) -> None:
    sheet = make_sheet("ground", "corners", ("grass", "water"))
    save(game, "ground.tsx", write_tsx(sheet))
    numbers = list(range(1, 17))
    value = tmj(["g" * 16])
    value["layers"][0]["data"] = numbers
    found = shares(read(save(game, "a.tmj", value)))
    for tile in sheet.tiles:
        assert isinstance(tile.tile, Corners)
        corners = [sheet.terrains[number] for number in tile.tile]
        expected = {name: corners.count(name) / 4 for name in sorted({*corners})}
        assert found[tile.row * sheet.columns + tile.column, 0] == expected


def test_a_tile_of_a_blob_is_read_as_its_own_terrain(game: Path) -> None:
    sheet = make_sheet("ground", "blob", ("grass", "water"))
    save(game, "ground.tsx", write_tsx(sheet))
    value = tmj(["g" * 48])
    value["layers"][0]["data"] = list(range(1, 49))
    found = shares(read(save(game, "a.tmj", value)))
    assert [found[column, 0] for column in range(48)] == [*[{"grass": 1.0}] * 47, {"water": 1.0}]


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        (tmx(["g"]).replace("ground.tsx", "../secret.tsx"), "leads out of the project", 3),
        (tmx(["g"]).replace("ground.tsx", "gone.tsx"), "there is no file", 3),
        (tmx(["g"], tileset=""), "is of no tileset", 4),
        (tmx(["gw"]).replace("1,2", "1"), "its data has 1 tiles, and 2 are due", 4),
        (tmx(["g"]).replace("1\n", "one\n"), "its data cannot be read", 4),
        (tmx(["g"], tileset='<tileset firstgid="1" name="x"/>'), "nothing says which terrain the tile 0", 4),
        (tmx(["g"], attributes={"tilewidth": "wide"}), '"wide" is not a whole number', 2),
        (tmx(["g"], attributes={"orientation": "oblique"}), '"oblique" is not known here', 2),
        (tmx(["g"])[:-12], "not XML", None),
        ("<tileset/>", "holds a tileset, not a map", 1),
        ('<!DOCTYPE map [<!ENTITY a "b">]><map/>', "declares an entity", 1),
        (
            tmx(["g"], attributes={"orientation": "hexagonal", "hexsidelength": 17}),
            "longer than the hexagon",
            2,
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(game: Path, text: str, what: str, line: int | None) -> None:
    path = save(game, "a.tmx", text)
    with pytest.raises(MapError) as caught:
        read(path)
    assert what in caught.value.what
    assert caught.value.where.file == path
    assert caught.value.hint
    assert line is None or caught.value.where.line == line


def test_a_mistake_in_json_is_told_with_its_path(game: Path) -> None:
    value = tmj(["g"])
    value["layers"][0]["data"] = [1, 1]
    with pytest.raises(MapError) as caught:
        read(save(game, "a.tmj", value))
    assert caught.value.where.json_path == "$.layers[0]"


def test_a_mistake_in_a_tileset_is_told_of_its_file(game: Path) -> None:
    save(game, "ground.tsx", "<tileset><tile id='no number'/></tileset>")
    with pytest.raises(MapError, match="is not a whole number") as caught:
        read(save(game, "a.tmx", tmx(["g"])))
    assert caught.value.where.file == game / "ground.tsx"


def test_a_map_without_a_project_names_no_terrain_that_it_could_paint(tmp_path: Path) -> None:
    save(tmp_path, "ground.tsx", tsx())
    with pytest.raises(MapError, match='unknown terrain "grass"') as caught:
        read_map(save(tmp_path, "a.tmj", json.loads(json.dumps(tmj(["g"])))))
    assert caught.value.hint == 'add "grass" to [terrains] of tilebake.toml, which says what each looks like'
