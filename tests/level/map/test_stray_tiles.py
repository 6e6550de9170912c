"""A tile far from all others is named, for it is mostly a mistake."""

import json

import pytest

from tilebake.errors import MapError
from tilebake.level.canvas import canvas_for
from tilebake.level.map.stray_tiles import find_stray_tiles
from tilebake.level.map.tile_columns import Tile, Tiles
from tilebake.level.tilemap import parse_map


def tiles(*cells: tuple[int, int]) -> Tiles:
    return Tiles.of(Tile(x, y, "grass", x * 64.0, y * 64.0) for x, y in cells)


BLOCK = [(x, y) for y in range(20) for x in range(20)]


@pytest.mark.parametrize(
    ("strays", "named"),
    [
        ([(300, 280)], '"grass" at [300, 280], 281 cells from the rest'),
        ([(-90, 3)], '"grass" at [-90, 3], 90 cells from the rest'),
        ([(5, 900), (6, 900)], '"grass" at [5, 900] and 1 more, 881 cells from the rest'),
    ],
)
def test_a_tile_beyond_the_widest_gap_is_named(strays: list[tuple[int, int]], named: str) -> None:
    assert str(find_stray_tiles(tiles(*BLOCK, *strays))) == named


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [(0, 0)],
        BLOCK,
        [*BLOCK, (25, 3)],  # a small island
        [*BLOCK, *((x + 200, y) for x, y in BLOCK)],  # two islands of one size
    ],
)
def test_no_tile_of_an_ordinary_map_is_a_stray(cells: list[tuple[int, int]]) -> None:
    assert find_stray_tiles(tiles(*cells)) is None


def test_a_canvas_too_large_for_one_tile_says_so() -> None:
    cells = [[x, y, "grass"] for x, y in [*BLOCK, (300, 280)]]
    tilemap = parse_map(
        json.dumps({"tilebake": 1, "tile_size": 16, "terrains": {"grass": "grass"}, "cells": cells})
    )
    with pytest.raises(MapError, match="canvas") as caught:
        canvas_for(tilemap, 64)
    assert caught.value.hint == (
        'is this tile a stray: "grass" at [300, 280], 281 cells from the rest? Remove it, or lower '
        "pixels_per_tile to 9 or less"
    )
