"""The report of a map in windows: what overlaps, whose a tile is, and that no pixel changes."""

import json

import numpy as np

from tilebake.level.canvas import canvas_of
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.level.windows.lattice import Lattice, extent_of
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.placement_report import bake_with_report
from tilebake.paint.report.window_report import find_overlaps, find_windows
from tilebake.request import BakeRequest


def ask(columns: int = 10, rows: int = 7) -> BakeRequest:
    content = {
        "tilebake": 1,
        "tile_size": 64,
        "terrains": {"grass": "lush green grass", "water": "deep blue water"},
        "legend": {"g": "grass", "w": "water"},
        "rows": ["g" * (columns // 2) + "w" * (columns - columns // 2)] * rows,
    }
    settings = BakeSettings(
        pixels_per_tile=64, steps=1, windows="always", window=256, rounds=1, transparent=False
    )
    return BakeRequest(parse_map(json.dumps(content)), settings, "tiny", "0" * 64, seed=5)


def test_rows_and_columns_overlap_where_two_windows_show_them() -> None:
    request = ask()
    lattice = Lattice(32, extent_of(canvas_of(request.tilemap, request.settings)))
    rows, columns = find_overlaps(request, lattice)
    counts = np.zeros(lattice.world.size, int)
    for window in lattice.windows(lattice.world):
        counts[lattice.extent(window).within(lattice.world).slices(lattice.world)] += 1
    shared = (counts > 1).repeat(8, axis=0).repeat(8, axis=1)
    assert (rows[:, None] | columns == shared).all()
    assert 0 < shared.mean() < 1


def test_a_tile_is_in_the_window_that_counts_most_there() -> None:
    lattice = Lattice(32, extent_of(canvas_of(ask().tilemap, ask().settings)))
    windows = sorted(lattice.windows(lattice.world), key=lambda each: (each.row, each.column))
    weights = np.zeros((len(windows), *lattice.world.size))
    for index, window in enumerate(windows):
        common = lattice.extent(window).within(lattice.world)
        weights[index][common.slices(lattice.world)] = lattice.kernel[common.slices(lattice.extent(window))]
    y, x = np.indices(lattice.world.size).reshape(2, -1)
    found = find_windows(np.stack([x + 0.5, y + 0.5], axis=1), lattice)
    assert (weights[found, y, x] == weights.max(axis=0)[y, x]).all()


def test_a_shift_moves_windows_by_a_part_of_their_stride() -> None:
    lattice = Lattice(32, extent_of(canvas_of(ask().tilemap, ask().settings)))
    places = np.array([[40.0, 20.0], [55.0, 31.0]])
    moved = find_windows(places + 0.5 * lattice.stride, lattice, 0.5)
    assert moved.tolist() == find_windows(places, lattice).tolist()


def test_a_map_in_windows_is_reported_without_looking_at_words(tiny_components: Components) -> None:
    pipeline, request = Pipeline(tiny_components), ask()
    texture = bake_with_report(pipeline, request, lambda _: None)
    assert texture.pixel_hash == pipeline.bake(request, lambda _: None).pixel_hash
    report = texture.report
    assert report is not None
    assert [each.terrain for each in report.terrains] == ["grass", "water"]
    assert [each.attention for each in report.terrains] == [None] * 2
    assert None not in [each.drift for each in report.terrains]
    assert report.ghost is not None
    assert report.sheet.ndim == 3
