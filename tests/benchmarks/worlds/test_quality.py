"""Lines of windows that show are seen, and crops of a level hold each of its tiles once."""

from collections import Counter

import numpy as np

from benchmarks.worlds.quality import CROP, TILE, crops_of, seam_ratio, terrains_of
from benchmarks.worlds.windows import level

SIDE = 12


def test_windows_lines_that_show_are_seen() -> None:
    terrains = terrains_of(level(SIDE, SIDE), SIDE)
    image = np.random.default_rng(1).integers(0, 200, (SIDE * TILE, SIDE * TILE, 3), np.uint8)
    assert 0.98 < seam_ratio(image, terrains, 6, 2) < 1.02
    lit = image.copy()
    for start in range(0, SIDE, 6):
        lit[start * TILE : (start + 2) * TILE] += 50
    assert seam_ratio(lit, terrains, 6, 2) > 1.05


def test_steps_between_terrains_do_not_count() -> None:
    terrains = np.repeat(np.arange(SIDE) // 2 % 2, SIDE).reshape(SIDE, SIDE)
    image = np.random.default_rng(1).integers(0, 100, (SIDE * TILE, SIDE * TILE, 3), np.uint8)
    image += (terrains.repeat(TILE, 0).repeat(TILE, 1) * 100).astype(np.uint8)[..., None]
    assert 0.98 < seam_ratio(image, terrains, 6, 2) < 1.02


def test_crops_hold_each_tile_once() -> None:
    tilemap = level(32, 32)
    crops = [*crops_of(tilemap, 32)]
    found = Counter((tile.centre_x, tile.centre_y) for crop in crops for tile in crop.tiles)
    assert set(found.values()) == {1}
    assert len(found) == 4 * CROP[0] * CROP[1]
    assert {crop.bounds[2:] for crop in crops} == {(CROP[0] * TILE, CROP[1] * TILE)}
