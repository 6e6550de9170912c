"""Levels: tiles of any grid, single ones and lines one tile wide, which hold together over corners."""

import numpy as np
import pytest
from scipy import ndimage

from training.terrain.grids import KINDS, grid
from training.terrain.level import TILES, Plan, anyhow, level

SEEDS = range(12)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_level_has_all_its_terrains_and_no_other(count: int) -> None:
    for seed in SEEDS:
        plan = level(np.random.default_rng(seed), (224, 160), count)
        assert plan.asked.shape == plan.painted.shape == (224, 160)
        assert set(np.unique(plan.asked)) <= set(range(count))
        assert set(np.unique(plan.painted)) <= set(range(count))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tile", TILES)
def test_the_cells_of_a_grid_are_as_large_as_its_tiles(kind: str, tile: float) -> None:
    found = grid(kind, np.random.default_rng(1), (256, 256), tile)
    assert found.rows.min() == found.columns.min() == 0
    assert found.size == (found.rows.max() + 1, found.columns.max() + 1)
    number = found.rows * 1000 + found.columns
    whole = np.bincount(number[32:-32, 32:-32].ravel())
    full = {"square": 1.0, "offset": 1.0, "isometric": 0.3, "hexagonal": 0.86}[kind] * tile**2
    assert whole.max() == pytest.approx(full, rel=0.35)


def test_hexagons_have_six_neighbours() -> None:
    found = grid("hexagonal", np.random.default_rng(4), (300, 300), 50)
    number = found.rows * 1000 + found.columns
    middle = number[150, 150]
    around = ndimage.binary_dilation(number == middle, iterations=2)
    assert len(set(number[around].tolist()) - {int(middle)}) == 6


def lines(seed: int) -> Plan:
    return level(np.random.default_rng(seed), (288, 288), 3)


def test_lines_are_joined_where_they_pass_over_a_corner() -> None:
    """What is painted of a line is in no more pieces than what was asked for, and sometimes in fewer."""
    mended = 0
    for seed in range(30):
        plan = lines(seed)
        asked, painted = (ndimage.label(each == 2)[1] for each in (plan.asked, plan.painted))
        added = plan.asked != plan.painted
        assert (plan.painted[added] == 2).all()
        assert added.mean() < 0.1
        mended += painted < asked
    assert mended >= 5


def test_lines_one_tile_wide_cross_many_levels() -> None:
    """A terrain that reaches from side to side, and of which no place is three tiles wide and high."""
    thin = 0
    for seed in range(50):
        plan = lines(seed)
        line = plan.painted == 2
        across = line[:, 0].any() and line[:, -1].any()
        ends = across or (line[0].any() and line[-1].any())
        thick = ndimage.minimum_filter(line, size=int(2.6 * plan.tile), mode="constant")
        thin += bool(ends and not np.any(thick))
    assert thin >= 12


def test_tiles_are_small_and_large() -> None:
    sizes = [lines(seed).tile for seed in range(30)]
    assert min(sizes) < 32
    assert max(sizes) > 60


def test_broad_patches_have_no_tiles() -> None:
    plan = anyhow(np.random.default_rng(3), (96, 128), 3)
    np.testing.assert_array_equal(plan.asked, plan.painted)
    assert len(np.unique(plan.asked)) >= 2
