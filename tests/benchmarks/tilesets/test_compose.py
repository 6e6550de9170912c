"""The benchmark's figures tell sets that fit from those that do not."""

import numpy as np

from benchmarks.tilesets.compose import (
    border_steps,
    compose,
    largest_misfit,
    random_corners,
    tiles_by_corners,
)
from tilebake.level.torus.corner_set import Corners

SIDE = 16


def sheet_of_noise(*, fits: bool) -> np.ndarray:
    """Make a sheet of two terrains: one noise field for all tiles, or one for each."""
    dice = np.random.default_rng(3)
    tile = dice.integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    other = dice.integers(0, 255, (4 * SIDE, 4 * SIDE, 3), np.uint8)
    return np.tile(tile, (4, 4, 1)) if fits else other


def test_a_level_has_the_tiles_of_its_corners() -> None:
    sheet, corners = sheet_of_noise(fits=False), random_corners(2, 5, 4)
    level = compose(sheet, 2, corners)
    assert level.shape == (4 * SIDE, 5 * SIDE, 3)
    tiles = tiles_by_corners(sheet, 2)
    assert len(tiles) == 16
    found = Corners(*map(int, corners[2:4, 3:5].ravel()))
    assert (level[2 * SIDE : 3 * SIDE, 3 * SIDE : 4 * SIDE] == tiles[found]).all()


def test_sides_that_differ_are_found() -> None:
    assert largest_misfit(sheet_of_noise(fits=True), 2) == 0
    assert largest_misfit(sheet_of_noise(fits=False), 2) > 100


def test_borders_that_are_edges_are_found() -> None:
    corners = random_corners(2, 30, 30)
    sheet = sheet_of_noise(fits=False)
    border, beside = border_steps(compose(sheet, 2, corners), SIDE).mean(axis=0)
    assert abs(border / beside - 1) < 0.1
    for line in range(0, 4 * SIDE, SIDE):
        sheet[line] = sheet[:, line] = 255
        sheet[line - 1] = sheet[:, line - 1] = 0
    border, beside = border_steps(compose(sheet, 2, corners), SIDE).mean(axis=0)
    assert border / beside > 1.5
