"""Levels: tiles of one size, and lines one tile wide that go from side to side."""

import numpy as np
import pytest
from scipy import ndimage

from training.terrain.level import TILES, level_labels

SEEDS = range(12)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_level_is_made_of_whole_tiles(count: int) -> None:
    for seed in SEEDS:
        labels = level_labels(np.random.default_rng(seed), (448, 320), count)
        assert labels.shape == (448, 320)
        assert set(np.unique(labels)) <= set(range(count))
        for axis in (0, 1):
            changes = np.flatnonzero(np.any(np.diff(labels, axis=axis), axis=1 - axis))
            assert np.diff(changes).min(initial=TILES[1]) >= int(TILES[0])


def test_lines_one_tile_wide_cross_many_levels() -> None:
    """A terrain that reaches from side to side, and of which no place is two tiles wide and high."""
    thin = 0
    for seed in range(60):
        line = level_labels(np.random.default_rng(seed), (448, 448), 3) == 2
        across = line[:, 0].any() and line[:, -1].any()
        ends = across or (line[0].any() and line[-1].any())
        thick = ndimage.minimum_filter(line, size=2 * TILES[0], mode="constant")
        thin += bool(ends and not np.any(thick))
    assert thin >= 15
