"""What is written of a sheet: well-formed, with every tile's corners in Godot's, Tiled's and plain words."""

import json
import re
from itertools import product
from xml.etree import ElementTree

import pytest

from tilebake.level.torus.corner_set import Corners, arrange
from tilebake.serve.tilesets.godot import write_tres
from tilebake.serve.tilesets.sheet import Sheet, describe, sheet_of
from tilebake.serve.tilesets.tiled import write_tsx

NAMES = ('gras "&" <moss>', "water", "sand\\stone")


@pytest.fixture(params=[2, 3], ids=["two", "three"])
def sheet(request: pytest.FixtureRequest) -> Sheet:
    """A sheet of tiles of 16 pixels, with names that have to be escaped."""
    terrains = NAMES[: request.param]
    return sheet_of(
        "coast", terrains, arrange(len(terrains), 1 if len(terrains) == 2 else 2), 16 * len(terrains) ** 2
    )


def corners_of(sheet: Sheet, column: int, row: int) -> Corners:
    return next(tile.corners for tile in sheet.tiles if (tile.column, tile.row) == (column, row))


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
    for block in re.split(r"^(?=\d+:\d+/\d+ = )", write_tres(sheet), flags=re.MULTILINE)[1:]:
        place = block.split("/")[0]
        (own,) = re.findall(r"/terrain = (\d+)", block)
        bits = dict(re.findall(r"/terrains_peering_bit/(\w+)_corner = (\d+)", block))
        corners = tuple(int(bits.get(name, -1)) for name in Corners._fields)
        cells.setdefault((*corners, int(own)), set()).add(place)
    terrains = range(len(sheet.terrains))
    wanted = [(*corners, own) for corners in product((-1, *terrains), repeat=4) for own in {*corners} - {-1}]
    assert sorted(cells) == sorted(wanted)
    for tile in sheet.tiles:
        assert all(f"{tile.column}:{tile.row}" in cells[*tile.corners, own] for own in tile.corners)
    for place in cells[0, -1, -1, 1, 0]:
        assert corners_of(sheet, *map(int, place.split(":"))) == (0, 0, 1, 1)
    assert 'terrain_set_0/terrain_0/name = "gras \\"&\\" <moss>"' in write_tres(sheet)


def test_the_description_has_every_tile_in_words(sheet: Sheet) -> None:
    described = json.loads(describe(sheet))
    assert (described["image"], described["tile_size"]) == ("coast.png", 16)
    for tile in described["tiles"]:
        corners = corners_of(sheet, tile["x"] // 16, tile["y"] // 16)
        assert [tile[name] for name in Corners._fields] == [sheet.terrains[index] for index in corners]
