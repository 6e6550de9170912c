"""Measure how pictures wrap, in one piece and in windows."""

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from benchmarks.figures import Figure
from benchmarks.tilesets.bench import Bench, read
from benchmarks.tilesets.compose import LUMA, Pixels
from tilebake.level.tilemap import TileMap, Tiles

LEGEND: Final = {"g": "grass", "w": "water", "s": "sand"}
_ROWS: Final = ("ggww", "gwwg", "ggss", "gsgs")
_SIDE: Final = 64  # pixels along a tile


def wrap_figures(bench: Bench, maps: int) -> list[Figure]:
    """Compare steps of luma across the line where pictures wrap with all others, and two cuts of a torus."""
    small = [read(rows=_ROWS, wrap="both", seed=seed, legend=LEGEND) for seed in range(maps)]
    large = [in_small_windows(seed) for seed in range(maps)]
    return [
        Figure("step across the wrap line / inside", "ratio", _line_step(bench, small), 0.95, 1.05),
        Figure("cut open elsewhere and rolled back, float32", "tiny", _roll_difference(bench), most=1e-4),
        Figure(
            "in windows: step across the wrap line / inside", "ratio", _line_step(bench, large), 0.95, 1.05
        ),
        Figure("in windows: cut open elsewhere, of 255", "count", _roll_difference_in_windows(bench), most=1),
    ]


def in_small_windows(seed: int) -> TileMap:
    """Return a random map of 10 by 10 tiles that wraps, painted in windows of half the usual size."""
    chance = random.Random(seed)
    rows = ["".join(chance.choice("gws") * 2 for _ in range(5)) for _ in range(5)]
    settings = {"windows": "always", "window": 256}
    doubled = [row for row in rows for _ in range(2)]
    return read(rows=doubled, wrap="both", seed=seed, legend=LEGEND, settings=settings)


def _line_step(bench: Bench, maps: Iterable[TileMap]) -> float:
    """Return the mean step of luma across the lines where pictures wrap, to that across all others."""
    lines: list[float] = []
    others: list[float] = []
    for tilemap in maps:
        luma = bench.paint(tilemap)[0][..., :3].astype(np.float32) @ LUMA
        for along in (luma, luma.T):
            steps = np.abs(np.roll(along, -1, axis=1) - along).mean(axis=0)
            lines.append(float(steps[-1]))
            others.append(float(steps[:-1].mean()))
    return float(np.sum(lines) / np.sum(others))


def _roll_difference(bench: Bench) -> float:
    tilemap = read(rows=_ROWS, wrap="both", legend=LEGEND)
    first, second = (_floats(bench, each) for each in (tilemap, _cut_open(tilemap, 1, 2)))
    return float(np.abs(np.roll(second, (2 * _SIDE, _SIDE), axis=(0, 1)) - first).max())


def _roll_difference_in_windows(bench: Bench) -> int:
    tilemap = in_small_windows(0)
    first, second = (bench.paint(each)[0].astype(int) for each in (tilemap, _cut_open(tilemap, 3, 7)))
    return int(np.abs(np.roll(second, (7 * _SIDE, 3 * _SIDE), axis=(0, 1)) - first).max())


def _cut_open(tilemap: TileMap, right: int, down: int) -> TileMap:
    """Return the same torus, cut open so many tiles further right and down."""
    size = round(tilemap.bounds.width / _SIDE)
    moved = [
        tile._replace(
            centre_x=((tile.x - right) % size + right + 0.5) * _SIDE,
            centre_y=((tile.y - down) % size + down + 0.5) * _SIDE,
        )
        for tile in tilemap.tiles
    ]
    bounds = tilemap.bounds._replace(x=right * _SIDE, y=down * _SIDE)
    return replace(tilemap, tiles=Tiles.of(moved), bounds=bounds)


def _floats(bench: Bench, tilemap: TileMap) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Paint a map, and return the canvas in 0..1 as it was decoded."""
    found: list[np.ndarray[Any, np.dtype[np.float32]]] = []

    def keep(image: np.ndarray[Any, np.dtype[np.float32]]) -> Pixels:
        found.append(image)
        return np.zeros((1, 1, 3), np.uint8)

    scene = replace(bench.pipeline.scene(bench.request(tilemap)), finish=keep)
    bench.pipeline.paint_scene(scene, lambda _: None)
    return found[0]
