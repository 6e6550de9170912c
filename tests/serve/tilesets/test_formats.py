"""What is written of a sheet: well-formed, with every tile's corners in Godot's, Tiled's and plain words."""

import json
import re
from itertools import product
from xml.etree import ElementTree

import pytest

from tests.helpers.sheets import make_sheet
from tilebake.level.torus.blob_set import GROUND, OVER, BlobTile, Joins, list_joins
from tilebake.level.torus.corner_set import Corners
from tilebake.serve.tilesets.godot import write_tres
from tilebake.serve.tilesets.sheet import Sheet, describe
from tilebake.serve.tilesets.tiled import write_tsx

NAMES = ('gras "&" <moss>', "water", "sand\\stone")


@pytest.fixture(params=[2, 3], ids=["two", "three"])
def sheet(request: pytest.FixtureRequest) -> Sheet:
    """A sheet of tiles of 16 pixels, with names that have to be escaped."""
    terrains = NAMES[: request.param]
    return make_sheet("coast", "corners", terrains, variants=len(terrains) - 1)


@pytest.fixture
def blob() -> Sheet:
    """A sheet of a blob, with names that have to be escaped."""
    return make_sheet("coast", "blob", NAMES[:2])


def corners_of(sheet: Sheet, column: int, row: int) -> Corners:
    found = next(each.tile for each in sheet.tiles if (each.column, each.row) == (column, row))
    assert isinstance(found, Corners)
    return found


def blob_tile_of(sheet: Sheet, column: int, row: int) -> BlobTile:
    found = next(each.tile for each in sheet.tiles if (each.column, each.row) == (column, row))
    assert isinstance(found, BlobTile)
    return found


def cases_in(tres: str) -> dict[tuple[str, int], list[dict[str, int]]]:
    """List what is wanted around each tile of a .tres, by its place and own terrain, -1 for none."""
    cases: dict[tuple[str, int], list[dict[str, int]]] = {}
    for block in re.split(r"^(?=\d+:\d+/\d+ = )", tres, flags=re.MULTILINE)[1:]:
        (own,) = re.findall(r"/terrain = (\d+)", block) or ["-1"]
        bits = re.findall(r"/terrains_peering_bit/(\w+) = (\d+)", block)
        wanted = {name: int(terrain) for name, terrain in bits}
        cases.setdefault((block.split("/")[0], int(own)), []).append(wanted)
    return cases


def test_tiled_reads_each_tile_s_corners(sheet: Sheet) -> None:
    root = ElementTree.fromstring(write_tsx(sheet))
    image = root.find("image")
    assert image is not None
    rows = len(sheet.tiles) // sheet.columns
    size = {"width": str(16 * sheet.columns), "height": str(16 * rows)}
    assert image.attrib == {"source": "coast.png", **size}
    assert [each.attrib["name"] for each in root.iter("wangcolor")] == [*sheet.terrains]
    tiles = [*root.iter("wangtile")]
    assert len(tiles) == len(sheet.tiles) == int(root.attrib["tilecount"])
    for tile in tiles:
        row, column = divmod(int(tile.attrib["tileid"]), sheet.columns)
        corners = corners_of(sheet, column, row)
        around = [int(number) for number in tile.attrib["wangid"].split(",")]
        assert around[::2] == [0, 0, 0, 0]
        assert [number - 1 for number in around[1::2]] == [
            corners.top_right,
            corners.bottom_right,
            corners.bottom_left,
            corners.top_left,
        ]


def test_a_full_tile_stands_for_its_terrain_in_tiled(sheet: Sheet) -> None:
    for index, colour in enumerate(ElementTree.fromstring(write_tsx(sheet)).iter("wangcolor")):
        row, column = divmod(int(colour.attrib["tile"]), sheet.columns)
        assert set(corners_of(sheet, column, row)) == {index}


def test_godot_has_a_tile_for_every_cell_that_can_be_painted(sheet: Sheet) -> None:
    cells: dict[tuple[int, ...], set[str]] = {}
    for (place, own), cases in cases_in(write_tres(sheet)).items():
        for bits in cases:
            corners = tuple(bits.get(f"{name}_corner", -1) for name in Corners._fields)
            cells.setdefault((*corners, own), set()).add(place)
    terrains = range(len(sheet.terrains))
    wanted = [(*corners, own) for corners in product((-1, *terrains), repeat=4) for own in {*corners} - {-1}]
    assert sorted(cells) == sorted(wanted)
    for each in sheet.tiles:
        corners = corners_of(sheet, each.column, each.row)
        assert all(f"{each.column}:{each.row}" in cells[*corners, own] for own in corners)
    for place in cells[0, -1, -1, 1, 0]:
        assert corners_of(sheet, *map(int, place.split(":"))) == (0, 0, 1, 1)
    assert 'terrain_set_0/terrain_0/name = "gras \\"&\\" <moss>"' in write_tres(sheet)


def test_godot_has_a_blob_s_sides_and_corners(blob: Sheet) -> None:
    tres = write_tres(blob)
    assert "terrain_set_0/mode = 0" in tres
    cases = cases_in(tres)
    assert len(cases) == 48
    for (place, own), found in cases.items():
        tile = blob_tile_of(blob, *map(int, place.split(":")))
        assert own == tile.terrain
        goes_on = {name: OVER for name, is_on in tile.around._asdict().items() if is_on}
        assert found == [goes_on if own == OVER else {}]


def test_tiled_has_a_blob_s_sides_and_corners(blob: Sheet) -> None:
    root = ElementTree.fromstring(write_tsx(blob))
    (wang_set,) = root.iter("wangset")
    assert (wang_set.attrib["type"], root.attrib["columns"], root.attrib["tilecount"]) == ("mixed", "8", "48")
    ids = [tile.attrib["wangid"] for tile in root.iter("wangtile")]
    assert len({*ids}) == len(ids) == 47  # a tile that stands alone has nothing that Tiled could tell it by
    for tile in root.iter("wangtile"):
        row, column = divmod(int(tile.attrib["tileid"]), blob.columns)
        found = blob_tile_of(blob, column, row)
        assert [number == "1" for number in tile.attrib["wangid"].split(",")] == [
            goes_on and found.terrain == OVER for goes_on in found.around
        ]
    assert [each.attrib["tile"] for each in root.iter("wangcolor")] == ["46", "47"]


def test_a_blob_s_tiles_stand_in_the_order_of_their_numbers(blob: Sheet) -> None:
    described = json.loads(describe(blob))
    assert (described["form"], len(described["tiles"])) == ("blob", 48)
    *tiles, ground = described["tiles"]
    assert [tile["number"] for tile in tiles] == sorted(around.number for around in list_joins())
    assert {ground[name] for name in ("terrain", *Joins._fields)} == {NAMES[GROUND]}
    assert [tile["terrain"] for tile in tiles] == [NAMES[OVER]] * 47
    lone, full = tiles[0], tiles[-1]
    assert {lone[name] for name in Joins._fields} == {NAMES[GROUND]}
    assert {full[name] for name in Joins._fields} == {NAMES[OVER]}


def test_a_dual_grid_s_tiles_stand_where_tilemapdual_looks_for_them() -> None:
    sheet = make_sheet("coast", "dual_grid", NAMES[:2])
    bits = {  # TileMapDual's own presets, in columns and rows: 1 + 2 + 4 + 8 by corners, in reading order
        (0, 3): 0,
        (3, 3): 1,
        (0, 2): 2,
        (1, 2): 3,
        (0, 0): 4,
        (3, 2): 5,
        (2, 3): 6,
        (3, 1): 7,
        (1, 3): 8,
        (0, 1): 9,
        (1, 0): 10,
        (2, 2): 11,
        (3, 0): 12,
        (2, 0): 13,
        (1, 1): 14,
        (2, 1): 15,
    }
    for place, number in bits.items():
        assert corners_of(sheet, *place) == tuple(number >> bit & 1 for bit in range(4))
    cases = cases_in(write_tres(sheet))
    assert len(cases) == 16
    assert {place for place, own in cases if own >= 0} == {"0:3", "2:1"}
    assert all(len(found) == 1 and len(found[0]) == 4 for found in cases.values())
    assert [("0:3", 0) in cases, ("2:1", 1) in cases] == [True, True]


def test_the_description_has_every_tile_in_words(sheet: Sheet) -> None:
    described = json.loads(describe(sheet))
    assert (described["image"], described["tile_size"]) == ("coast.png", 16)
    for tile in described["tiles"]:
        corners = corners_of(sheet, tile["x"] // 16, tile["y"] // 16)
        assert [tile[name] for name in Corners._fields] == [sheet.terrains[index] for index in corners]
