"""What shows of layers on a grid: against a reference that keeps a dictionary of cells."""

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.level.map import tiles as module
from tilebake.level.map.content import Cell, MapLayer
from tilebake.level.map.grid import Grid
from tilebake.level.map.tile_columns import Cells, Tile
from tilebake.level.map.tiles import lay_tiles
from tilebake.level.source.json_text import JsonText
from tilebake.level.tilemap import parse_map

GRIDS = [
    Grid("square", (64, 64)),
    Grid("isometric", (64, 32), "horizontal", "diamond_down"),
    Grid("hexagonal", (48, 56), "vertical", "stairs_right"),
    Grid("half_offset", (64, 64), "horizontal", "stacked_offset"),
]
cells = st.tuples(st.integers(-4, 4), st.integers(-4, 4))
layers = st.tuples(
    st.dictionaries(cells, st.sampled_from(["grass", "sand", "water"]), max_size=14),
    st.sampled_from([0.0, 0.25, 0.3, 0.5, 1.0, 1.0]),
    st.sampled_from([None, None, 0.0, 0.25]),  # how far the engine's centres lie beside the grid's
)


def reference(given: Sequence[tuple[Mapping[Cell, str], float, float | None]], grid: Grid) -> list[Tile]:
    """Return what shows in each cell: an upper tile of weight w leaves 1 - w of those below."""
    shown: dict[Cell, dict[str, float]] = {}
    centres: dict[Cell, tuple[float, float]] = {}
    for terrains, weight, beside in given:
        for cell, name in terrains.items():
            if beside is not None:
                x, y = grid.centre(*cell)
                centres[cell] = (x + beside, y)
            if weight > 0:
                below = shown.get(cell, {}) if weight < 1 else {}
                left = {other: share * (1 - weight) for other, share in below.items()}
                left[name] = left.get(name, 0.0) + weight
                shown[cell] = left
    entries = sorted((y, x, name, w) for (x, y), left in shown.items() for name, w in left.items())
    return [Tile(x, y, name, *centres.get((x, y), grid.centre(x, y)), w) for y, x, name, w in entries]


def layer_of(terrains: Mapping[Cell, str], weight: float, beside: float | None, grid: Grid) -> MapLayer:
    own = [grid.centre(*cell) for cell in terrains]
    centres = () if beside is None else [(x + beside, y) for x, y in own]
    return MapLayer(Cells.of(terrains, centres), (), dict.fromkeys(terrains.values(), ()), weight)


@pytest.mark.parametrize("room", [0, module.ROOM])
@given(given=st.lists(layers, min_size=1, max_size=4), grid=st.sampled_from(GRIDS))
def test_what_shows_is_what_the_reference_shows(
    room: int, given: list[tuple[dict[Cell, str], float, float | None]], grid: Grid
) -> None:
    expected = reference(given, grid)
    if not expected:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROOM", room)
        laid = lay_tiles([layer_of(*each, grid) for each in given], grid, JsonText("{}").error_at)
    assert list(laid.tiles) == expected
    assert laid.tiles.names == tuple(sorted({tile.terrain for tile in expected}))


def test_two_tiles_a_million_cells_apart_are_refused_at_once() -> None:
    with pytest.raises(Exception, match="the limit is 1,048,576 cells"):
        lay_tiles(
            [layer_of({(10**6, 10**6): "b", (-(10**6), -(10**6)): "a"}, 1.0, None, GRIDS[0])],
            GRIDS[0],
            JsonText("{}").error_at,
        )


def test_a_tile_whose_own_centre_lies_a_little_inside_is_no_empty_cell() -> None:
    body = {"tilebake": 1, "base_prompt": "map", "terrains": {"a": "grass"}}
    cells = [[0, 0, "a", 32.4, 32], [2, 0, "a", 160, 32]]
    tilemap = parse_map(json.dumps({**body, "cells": cells}))
    assert list(tilemap.empty) == [(96.4, 32.0)]
