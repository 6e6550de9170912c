"""Cores: what of a painting is cut out for the judge, and how much of it counts."""

import json

import numpy as np
import pytest

from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.judge.cores import CELLS, cores, diamond, shape_of
from tilebake.paint.tile_scale import CORE, at_tile_scale

MAP = {
    "tilebake": 1,
    "terrains": {"grass": "green grass", "water": "clear water", "sand": "sand"},
    "legend": {"g": "grass", "w": "water", "s": "sand"},
}


def level(*rows: str, **keys: object) -> TileMap:
    return parse_map(json.dumps({**MAP, "rows": rows, **keys}))


def test_a_picture_is_judged_with_tiles_64_pixels_wide() -> None:
    tilemap = level("gw", "sg", tile_size=16)
    assert at_tile_scale(np.zeros((32, 32, 4), np.uint8), tilemap).shape == (128, 128, 3)


def test_cores_lie_in_the_middle_of_their_tiles() -> None:
    tilemap = level("gw", "sg")
    y, x = np.mgrid[:128, :128].astype(np.uint8)
    cut = cores(np.stack([x, y, x], axis=-1), tilemap)
    assert cut.windows.shape == (4, CORE, CORE, 3)
    corners = [tuple(int(value) for value in window[0, 0, :2]) for window in cut.windows]
    assert corners == [(8, 8), (72, 8), (8, 72), (72, 72)]


def test_of_an_isometric_tile_only_its_diamond_counts_and_cores_that_do_not_fit_are_left_out() -> None:
    tilemap = level("ggg", "ggg", "ggg", grid="isometric", layout="diamond_down", tile_size=[128, 64])
    image = at_tile_scale(np.zeros((192, 384, 3), np.uint8), tilemap)
    cut = cores(image, tilemap)
    assert image.shape[:2] == (96, 192)
    assert {(tile.x, tile.y) for tile in cut.tiles} == {
        (1, 0),
        (0, 1),
        (1, 1),
        (2, 0),
        (0, 2),
        (2, 1),
        (1, 2),
    }
    assert cut.weights.sum() == pytest.approx(CELLS * CELLS / 4, rel=0.05)


@pytest.mark.parametrize(("height", "rows"), [(64, 6), (96, 6), (32, 3), (1, 0.125)])
def test_of_a_low_tile_only_its_own_rows_count(height: int, rows: float) -> None:
    weights = shape_of(level("gg", tile_size=[64, height]))
    assert weights.sum() == pytest.approx(rows * CELLS, abs=CELLS * 0.25)
    np.testing.assert_array_equal(weights, weights[::-1])


def test_a_diamond_is_symmetrical_and_half_its_box() -> None:
    cells = diamond(CORE, CORE)
    assert cells.mean() == pytest.approx(0.5, abs=0.03)
    np.testing.assert_array_equal(cells, cells[::-1, ::-1])
    np.testing.assert_array_equal(cells, cells.T)
