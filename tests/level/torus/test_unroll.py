"""Parts of a map that wraps: repeats are tiles like others, wherever the map was cut open."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.level.torus.test_wrap import read
from tilebake.level.canvas import Canvas, canvas_of
from tilebake.level.map.grid import Bounds
from tilebake.level.masks.regions import masks_of
from tilebake.level.settings import BakeSettings
from tilebake.level.torus.unroll import crop_around, unroll
from tilebake.level.windows.window_masks import masks_of_window, round_shares

SETTINGS = BakeSettings(pixels_per_tile=64, mask_sigma=3.0)
ROWS = ["ggww", "g.wg", "wggg"]


@pytest.mark.parametrize("wrap", [None, "x", "y", "both"])
@pytest.mark.parametrize(
    "box", [Bounds(-100, -40, 500, 260), Bounds(20, 70, 30, 30), Bounds(600, 0, 64, 900)]
)
def test_a_part_has_every_repeat_that_lies_in_it(wrap: str | None, box: Bounds) -> None:
    changes: dict[str, Any] = {} if wrap is None else {"wrap": wrap}
    tilemap = read(rows=ROWS, **changes)
    part = unroll(tilemap, box)
    across, down = (range(-12, 13) if wrap in (axis, "both") else range(1) for axis in "xy")
    expected = [
        (tile.x + 4 * column, tile.y + 3 * row, tile.terrain, x, y)
        for tile in tilemap.tiles
        for column in across
        for row in down
        for x, y in [(tile.centre_x + 256 * column, tile.centre_y + 192 * row)]
        if box.x <= x < box.x + box.width and box.y <= y < box.y + box.height
    ]
    found = [tile[:5] for tile in part.tiles]
    assert found == sorted(expected, key=lambda each: (each[1], each[0]))
    assert (part.wrap, part.bounds) == (None, tilemap.bounds)
    near = crop_around(tilemap, box, tilemap.bounds)
    assert {tile[:2] for tile in near.tiles} == {(x % 4, y % 3) for x, y, *_ in expected}
    assert [*unroll(near, box).tiles] == [*part.tiles]


def test_the_masks_of_a_window_are_those_of_the_whole_map() -> None:
    tilemap = read(rows=ROWS, wrap="both")
    canvas = canvas_of(tilemap, SETTINGS)
    whole = round_shares(masks_of(tilemap, canvas, SETTINGS, 3.0).shares)
    window = Canvas(20 * 8, 18 * 8, 1.0, -7, 11)
    shades = masks_of_window(tilemap, window, SETTINGS, [3.0]).shades[3.0]
    rows, columns = (np.arange(18) + 11) % 24, (np.arange(20) - 7) % 32
    assert np.abs(shades.astype(int) - whole[:, rows[:, None], columns].astype(int)).max() <= 1
    elsewhere = masks_of_window(tilemap, window._replace(origin_x=25, origin_y=-13), SETTINGS, [3.0])
    assert (elsewhere.shades[3.0] == shades).all()
    flat = masks_of_window(replace(tilemap, wrap=None), window, SETTINGS, [3.0]).shades[3.0]
    assert np.abs(flat.astype(int) - shades.astype(int)).max() > 20
