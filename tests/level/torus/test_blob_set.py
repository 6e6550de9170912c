"""The tiles of a blob: each is there, and edges and corners of one kind are copied from one place."""

import json
from collections import Counter
from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.level.torus.test_corner_set import share
from tilebake.errors import MapError
from tilebake.level.canvas import canvas_of
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.level.torus.blob_set import GROUND, OVER, BlobTile, Joins, arrange_blob, list_joins
from tilebake.level.torus.edge_copies import edge_copies
from tilebake.level.torus.edge_kinds import kinds_of
from tilebake.level.torus.set_form import TileSetForm
from tilebake.level.torus.tile_layout import lay_out, layout_of


def read(**changes: Any) -> TileMap:
    terrains = {"grass": "grass", "water": "water"}
    return parse_map(json.dumps({"tilebake": 1, "terrains": terrains, "blob": ["grass", "water"], **changes}))


def read_and_decide(**changes: Any) -> None:
    tilemap = read(**changes)
    decide(tilemap, apply(BakeSettings(), tilemap.settings))


def test_all_47_tiles_and_the_ground_s_stand_on_the_torus_and_once_on_the_sheet() -> None:
    layout = layout_of(read())
    wanted = {BlobTile(OVER, around) for around in list_joins()}
    assert len(wanted) == 47
    on_torus = {tile for row in layout.tiles for tile in row}
    assert on_torus - wanted == {BlobTile(GROUND, Joins(*(True,) * 8))}
    assert wanted <= on_torus
    assert Counter(tile for _, _, tile in layout.sheet_tiles()) == Counter(on_torus)


def test_the_cells_of_a_blob_s_map_are_corners_sides_and_middles() -> None:
    tilemap = read(tile_size=32)
    assert (tilemap.tile_size, tilemap.bounds) == ((16, 16), (-8, -8, 320, 320))
    tile = next(tile for tile in tilemap.tiles if (tile.x, tile.y) == (3, 1))
    assert (tile.centre_x, tile.centre_y) == (48, 16)  # the middle of the second tile, of 32 pixels


@pytest.mark.parametrize("tile_size", [8, 16, 24, 32, 40, 64, 128])
def test_corners_lie_on_whole_latent_pixels_at_every_usual_size(tile_size: int) -> None:
    tilemap, settings = decide(read(tile_size=tile_size), BakeSettings())
    canvas = canvas_of(tilemap, settings)
    first = -canvas.origin_x  # the first corner is where the world begins
    pitch = 2 * tilemap.tile_size[0] * canvas.scale / 8
    assert (pitch % 2, canvas.origin_x, canvas.width % 32) == (0, canvas.origin_y, 0)
    assert first >= tile_size * canvas.scale / 4 / 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blob": ["grass", "grass"]}, r'\$\.blob\[1\]: "grass" is there twice'),
        ({"blob": ["grass"]}, r"\$\.blob"),
        ({"rows": ["g"]}, 'a TileSet, which has "blob", has no "rows"'),
        ({"corners": ["grass", "water"]}, 'a TileSet, which has "blob", has no "corners"'),
        ({"variants": 2}, 'a TileSet, which has "blob", has no "variants"'),
        ({"tile_size": 18}, "a blob cannot have tiles of 18 pixels"),
        ({"settings": {"pixels_per_tile": 65}}, "pixels_per_tile is 65, which is odd"),
        ({"settings": {"pixels_per_tile": 40}}, "painted 40 pixels wide, which is no multiple of 16"),
        ({"settings": {"art_pixels_per_tile": 14}}, "has 14 pixels along a side, .* a multiple of 4"),
    ],
)
def test_a_blob_that_cannot_be_painted_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MapError, match=message):
        read_and_decide(**{"tile_size": 56, **changes})


def test_tiles_whose_edges_may_meet_are_one_picture_there() -> None:
    cells, side, solid = arrange_blob(), 16, 2
    layout = lay_out(TileSetForm("blob", ("grass", "water")), cells)
    torus = np.random.default_rng(1).random((side * 10, side * 10))
    shared = np.roll(share(torus, edge_copies(kinds_of(cells, 2), side, solid, 2.0)), (-8, -8), axis=(0, 1))
    strips: dict[tuple[str, bool, bool, bool], list[np.ndarray]] = {}
    for (r, row), c in product(enumerate(layout.tiles), range(10)):
        tile = shared[r * side : (r + 1) * side, c * side : (c + 1) * side]
        found = row[c]
        assert isinstance(found, BlobTile)
        goes_on = [found.terrain == OVER and each for each in found.around]  # clockwise from the top
        for name, before, at, after, strip in (
            ("above a tile", 7, 0, 1, tile[:solid]),
            ("right of a tile", 1, 2, 3, tile[:, -solid:]),
            ("below a tile", 5, 4, 3, tile[-solid:]),
            ("left of a tile", 7, 6, 5, tile[:, :solid]),
        ):
            strips.setdefault((name, goes_on[before], goes_on[at], goes_on[after]), []).append(strip)
    assert len(strips) == 4 * 5
    assert all((each == found[0]).all() for found in strips.values() for each in found)


def test_copies_that_are_moved_copy_the_same_of_a_torus_that_is_moved() -> None:
    copies = edge_copies(kinds_of(arrange_blob(), 2), 6, 1.0, 1.0)
    torus = np.random.default_rng(1).random((60, 60))
    moved = share(np.roll(torus, (-2, -2), axis=(0, 1)), copies.move(-2, 60))
    assert (np.roll(moved, (2, 2), axis=(0, 1)) == share(torus, copies)).all()
