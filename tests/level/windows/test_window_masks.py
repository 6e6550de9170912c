"""The masks of a window are those of the whole map, and depend on near tiles alone."""

import json
import random

import numpy as np
import pytest

from tilebake.level.canvas import canvas_over_bounds
from tilebake.level.masks.regions import masks_of
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.level.windows.lattice import Extent, canvas_over
from tilebake.level.windows.window_masks import SHADES, around, masks_of_window, round_shares

TERRAINS = {"g": "grass", "w": "water", "s": "snow"}
SIGMA = 4.0
WINDOW = Extent(48, 96, 112, 160)


def level(columns: int, rows: int, seed: int = 1, **keys: object) -> TileMap:
    """A map of random blocks of four tiles."""
    chance = random.Random(seed)
    blocks = ["".join(chance.choice("gws.") * 4 for _ in range(columns // 4)) for _ in range(rows // 4)]
    lines = [row for row in blocks for _ in range(4)]
    legend = dict(zip("gws", TERRAINS, strict=True))
    content = {"tilebake": 1, "tile_size": 64, "terrains": TERRAINS, "legend": legend, "rows": lines, **keys}
    return parse_map(json.dumps(content))


@pytest.mark.parametrize("grid", ["square", "hexagonal", "isometric"])
@pytest.mark.parametrize("least_share", [0.0, 0.9])
def test_they_are_the_whole_maps_rounded(grid: str, least_share: float) -> None:
    tilemap, settings = level(32, 48, grid=grid), BakeSettings(least_share=least_share)
    whole_canvas = canvas_over_bounds(tilemap, 64)
    whole = masks_of(tilemap, whole_canvas, settings, SIGMA)
    masks = masks_of_window(tilemap, canvas_over(WINDOW, 1.0), settings, [SIGMA])
    origin = Extent(whole_canvas.origin_x, whole_canvas.origin_y, 0, 0)
    shares = whole.shares[:, *WINDOW.slices(origin)]
    names = [terrain.name for terrain in masks.terrains]
    shown = [whole.names.index(name) for name in names]
    assert np.abs(masks.shades[SIGMA] / SHADES - shares[[*shown, -1]]).max() <= 0.51 / SHADES
    regions = masks.regions()[SIGMA]
    assert np.allclose(regions.shares.sum(axis=0), 1, atol=1e-6)


def test_tiles_out_of_reach_change_nothing_and_those_in_reach_do() -> None:
    tilemap, canvas = level(64, 64), canvas_over(WINDOW, 1.0)
    settings = BakeSettings()
    before = masks_of_window(tilemap, canvas, settings, [SIGMA]).shades[SIGMA]
    box = around(canvas, SIGMA)
    far = level(64, 64, seed=2)
    inside = [
        box.x <= x < box.x + box.width and box.y <= y < box.y + box.height for x, y in _centres(tilemap)
    ]
    assert any(inside)
    assert not all(inside)
    mixed = _mixed(tilemap, far, box)
    assert np.array_equal(masks_of_window(mixed, canvas, settings, [SIGMA]).shades[SIGMA], before)
    assert not np.array_equal(masks_of_window(far, canvas, settings, [SIGMA]).shades[SIGMA], before)


def test_rounded_shares_leave_no_pixel_without_a_terrain() -> None:
    shares = np.full((600, 2, 2), 1 / 600, np.float32)
    shades = round_shares(shares)
    assert (shades.sum(axis=0) == 1).all()
    assert (round_shares(np.array([[[0.75]], [[0.25]]], np.float32)).ravel() == [192, 64]).all()


def _centres(tilemap: TileMap) -> list[tuple[float, float]]:
    return [(tile.centre_x, tile.centre_y) for tile in tilemap.tiles]


def _mixed(near: TileMap, far: TileMap, box: tuple[float, float, float, float]) -> TileMap:
    """A map of the near one's cells in a box and of the other's elsewhere."""
    x, y, width, height = box
    cells: list[list[object]] = []
    for tilemap, is_near in ((near, True), (far, False)):
        for tile in tilemap.tiles:
            within = x <= tile.centre_x < x + width and y <= tile.centre_y < y + height
            if within is is_near:
                cells.append([tile.x, tile.y, tile.terrain])
    content = {"tilebake": 1, "tile_size": 64, "terrains": TERRAINS, "cells": cells}
    return parse_map(json.dumps(content))
