"""The corners of a TileSet: every tile once, and edges of one kind copied from one place."""

import json
from collections import Counter
from itertools import product
from typing import Any

import numpy as np
import pytest

from tilebake.errors import MapError
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.level.torus.corner_set import Arrangement, Corners, arrange, tiles_of
from tilebake.level.torus.edge_copies import EdgeCopies, edge_copies
from tilebake.level.torus.edge_kinds import kinds_of
from tilebake.level.torus.set_form import TileSetForm
from tilebake.level.torus.tile_layout import layout_of

TERRAINS = {"grass": "grass", "water": "water", "sand": "sand", "stone": "stone"}


def read(*corners: str, **changes: Any) -> TileMap:
    content = {"tilebake": 1, "terrains": TERRAINS, "corners": corners, **changes}
    return parse_map(json.dumps(content))


@pytest.mark.parametrize("terrains", [2, 3, 4])
def test_every_tile_is_there_once(terrains: int) -> None:
    arrangement = arrange(terrains)
    assert len(arrangement) == terrains**2
    found = [corners for _, _, corners in tiles_of(arrangement)]
    assert sorted(found) == sorted(product(range(terrains), repeat=4))


@pytest.mark.parametrize(("terrains", "variants"), [(2, 2), (2, 9), (3, 4), (4, 17)])
def test_variants_are_there_as_often_as_asked(terrains: int, variants: int) -> None:
    found = Counter(corners for _, _, corners in tiles_of(arrange(terrains, variants)))
    assert set(found) == set(product(range(terrains), repeat=4))
    assert all(found[Corners(*(terrain,) * 4)] >= variants for terrain in range(terrains))


def test_the_arrangement_of_a_map_is_found_again() -> None:
    layout = layout_of(read("water", "grass", "sand", variants=3))
    assert layout.kinds.corner == arrange(3, 3)
    assert [*layout.sheet_tiles()] == [*tiles_of(arrange(3, 3))]
    with pytest.raises(MapError, match=r'\$\.variants: only a TileSet has "variants"'):
        parse_map(
            json.dumps({"tilebake": 1, "terrains": TERRAINS, "variants": 2, "cells": [[0, 0, "grass"]]})
        )


def test_a_set_is_a_map_of_its_corners() -> None:
    tilemap = read("water", "grass", tile_size=32)
    assert tilemap.tile_set == TileSetForm("corners", ("water", "grass"))
    assert (tilemap.wrap, tilemap.bounds) == ("both", (0, 0, 128, 128))
    names = [["grass" if terrain else "water" for terrain in row] for row in arrange(2)]
    assert [tile.terrain for tile in tilemap.tiles] == [name for row in names for name in row]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"corners": ["grass"]}, r"\$\.corners"),
        ({"corners": ["grass", "grass"]}, r'\$\.corners\[1\]: "grass" is there twice'),
        ({"corners": ["grass", "lava"]}, r'\$\.corners\[1\]: unknown terrain "lava"'),
        ({"rows": ["g"]}, r'\$\.rows: a TileSet, which has "corners", has no "rows"'),
        ({"wrap": "x"}, r"\$\.wrap: a TileSet wraps along both axes"),
        ({"tile_size": [16, 8]}, r"\$\.tile_size: tiles of a TileSet are square"),
        ({"grid": "isometric"}, r"\$\.wrap: a grid that is isometric does not wrap"),
    ],
)
def test_mistakes_are_told_where_they_are(changes: dict[str, Any], message: str) -> None:
    content = {"tilebake": 1, "terrains": TERRAINS, "corners": ["grass", "water"], **changes}
    with pytest.raises(MapError, match=message):
        parse_map(json.dumps(content))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tile_size": 15}, "a tile of the set has 15 pixels along a side, which has to be an even number"),
        (
            {"tile_size": 48, "settings": {"art_pixels_per_tile": 16, "pixels_per_tile": 36}},
            "tiles of a set are painted 36 pixels wide, which is no multiple of 8",
        ),
        ({"tile_size": 44, "settings": {"art_pixels_per_tile": 16}}, "make tile_size a multiple of 6"),
    ],
)
def test_tiles_that_cannot_be_cut_out_are_refused(changes: dict[str, Any], message: str) -> None:
    tilemap = read("grass", "water", **changes)
    with pytest.raises(MapError, match=message):
        decide(tilemap, apply(BakeSettings(), tilemap.settings))


@pytest.mark.parametrize(("terrains", "variants"), [(2, 1), (2, 2), (3, 1)])
def test_edges_and_corners_of_one_kind_are_one_picture(terrains: int, variants: int) -> None:
    arrangement, side, solid = arrange(terrains, variants), 12, 2
    torus = np.random.default_rng(1).random((side * len(arrangement), side * len(arrangement[0])))
    shared = share(torus, edge_copies(kinds_of(arrangement, 1), side, solid, 2.0))
    strips = collect_strips(arrangement, shared, side, solid)
    assert len(strips) == 2 * terrains**2
    assert all((each == found[0]).all() for found in strips.values() for each in found)
    assert np.abs(shared - torus).max() > 0.1
    assert (shared == torus).mean() > 0.05


def test_noise_is_copied_and_not_mixed() -> None:
    arrangement = arrange(2)
    copies = edge_copies(kinds_of(arrangement, 1), 8, 1.0, 1.0)
    noise = np.random.default_rng(1).random(copies.corner.size)
    assert set(noise[copies.hard()]) <= set(noise)
    strips = collect_strips(arrangement, noise[copies.hard()].reshape(32, 32), 8, 1)
    assert all((each == found[0]).all() for found in strips.values() for each in found)


def share(torus: np.ndarray, copies: EdgeCopies) -> np.ndarray:
    """Copy pixel by pixel: first corners, then edges."""
    flat = torus.ravel()
    first = [
        (1 - copies.corner_share[i]) * flat[i] + copies.corner_share[i] * flat[copies.corner[i]]
        for i in range(flat.size)
    ]
    second = [
        (1 - copies.upright_share[i] - copies.level_share[i]) * first[i]
        + copies.upright_share[i] * first[copies.upright[i]]
        + copies.level_share[i] * first[copies.level[i]]
        for i in range(flat.size)
    ]
    return np.array(second).reshape(torus.shape)


def collect_strips(
    arrangement: Arrangement, torus: np.ndarray, side: int, solid: int
) -> dict[tuple[str, int, int], list[np.ndarray]]:
    """Cut out the strip around every edge, by the kind of the edge."""
    rows, columns, half = len(arrangement), len(arrangement[0]), side // 2
    strips: dict[tuple[str, int, int], list[np.ndarray]] = {}
    for row, column in product(range(rows), range(columns)):
        moved = np.roll(torus, (-(row * side + half), -(column * side + half)), axis=(0, 1))
        here = arrangement[row][column]
        right, below = arrangement[row][(column + 1) % columns], arrangement[(row + 1) % rows][column]
        level = np.roll(moved, solid, axis=0)[: 2 * solid, : side + 1]
        upright = np.roll(moved, solid, axis=1)[: side + 1, : 2 * solid]
        strips.setdefault(("level", here, right), []).append(level)
        strips.setdefault(("upright", here, below), []).append(upright)
    return strips
