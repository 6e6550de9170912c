"""Measure how the tiles of a painted set fit, what they show, what they cost, and how pictures wrap.

    python -m benchmarks.tilesets --level 64 --out folder

The embedded model paints sets of two and of four terrains. Of each, a random level is laid out as an engine
would do it. Prints a table, and one JSON line last.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import numpy as np

from benchmarks.figures import Figure, json_line, table
from benchmarks.tilesets.compose import (
    LUMA,
    CornerGrid,
    Pixels,
    border_steps,
    compose,
    largest_misfit,
    random_corners,
)
from tilebake.cli.engine import load_components
from tilebake.cli.options import Machine
from tilebake.level.decide import decide
from tilebake.level.map.grid import Bounds
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import TileMap, Tiles, parse_map
from tilebake.models.reference import ModelSource, resolve
from tilebake.paint.judge.judging import count_judged
from tilebake.paint.judge.reading import read_judge
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.request import BakeRequest
from tilebake.serve.bake.model.recommended_settings import with_defaults
from tilebake.serve.files.png import png_bytes

TERRAINS: Final = {
    "grass": "lush green grass",
    "water": "clear blue water",
    "sand": "golden sand",
    "forest": "dark forest",
}
BASE: Final = "top down game map"


def read(**content: Any) -> TileMap:
    """Return a map of the terrains."""
    head = {"tilebake": 1, "base_prompt": BASE, "terrains": TERRAINS, "tile_size": 64}
    return parse_map(json.dumps({**head, **content}))


class Bench:
    """Paint with the embedded model."""

    def __init__(self) -> None:
        self.source: ModelSource = resolve("embedded")
        self.components: Components = load_components(self.source, (), Machine("auto", "float32"))
        self.pipeline = Pipeline(self.components)

    def request(self, tilemap: TileMap) -> BakeRequest:
        """Ask for a map under the model's own settings."""
        decided = decide(tilemap, apply(BakeSettings(), tilemap.settings))
        settings = with_defaults(decided.settings, self.source)
        return BakeRequest(decided.tilemap, settings, "embedded", "benchmark", tilemap.seed)

    def paint(self, tilemap: TileMap) -> tuple[Pixels, float]:
        """Paint a map; its picture and the seconds that it took, of processors where they paint it.

        Those do not depend on what else the machine does.
        """
        clock = time.process_time if self.components.device.type == "cpu" else time.perf_counter
        started = clock()
        texture = self.pipeline.bake(self.request(tilemap), lambda _: None)
        return texture.image, clock() - started


class Level(NamedTuple):
    """Hold a painted set, and a random level of its tiles."""

    sheet: Pixels
    corners: CornerGrid
    picture: Pixels
    seconds: float

    @property
    def side(self) -> int:
        """Pixels along a tile."""
        return self.picture.shape[1] // (self.corners.shape[1] - 1)


def judged_right(bench: Bench, level: Level, names: Sequence[str]) -> float | None:
    """Return the share of the quadrants around inner corners that show their corner's terrain.

    The four quadrants around a corner are one square, as large as a tile: judged as a map's tile is.
    """
    file = bench.components.judge
    if file is None:
        return None
    half = level.side // 2
    signs = "abcd"[: len(names)]
    rows = ["".join(signs[terrain] for terrain in row[1:-1]) for row in level.corners[1:-1]]
    squares = read(rows=rows, legend=dict(zip(signs, names, strict=True)), tile_size=2 * half)
    counted = count_judged(read_judge(file), level.picture[half:-half, half:-half], squares)
    return sum(each.right for each in counted.values()) / sum(each.tiles for each in counted.values())


def wrap_figures(bench: Bench, maps: int) -> list[Figure]:
    """Compare steps of luma across the line where pictures wrap with all others, and two cuts of a torus."""
    lines: list[float] = []
    others: list[float] = []
    for seed in range(maps):
        tilemap = read(rows=["ggww", "gwwg", "ggss", "gsgs"], wrap="both", seed=seed, legend=_LEGEND)
        luma = bench.paint(tilemap)[0][..., :3].astype(np.float32) @ LUMA
        for along in (luma, luma.T):
            steps = np.abs(np.roll(along, -1, axis=1) - along).mean(axis=0)
            lines.append(float(steps[-1]))
            others.append(float(steps[:-1].mean()))
    line = float(np.sum(lines) / np.sum(others))
    return [
        Figure("step across the wrap line / inside", "ratio", line, 0.95, 1.05),
        Figure("cut open elsewhere and rolled back, float32", "tiny", _roll_difference(bench), most=1e-4),
    ]


_LEGEND: Final = {"g": "grass", "w": "water", "s": "sand"}


def _roll_difference(bench: Bench) -> float:
    tilemap = read(rows=["ggww", "gwwg", "ggss", "gsgs"], wrap="both", legend=_LEGEND)
    side, right, down = 64, 1, 2
    moved = [
        tile._replace(
            centre_x=(tile.x - right) % 4 * side + right * side + side / 2,
            centre_y=(tile.y - down) % 4 * side + down * side + side / 2,
        )
        for tile in tilemap.tiles
    ]
    elsewhere = replace(
        tilemap, tiles=Tiles.of(moved), bounds=Bounds(right * side, down * side, 4 * side, 4 * side)
    )
    first, second = (_floats(bench, each) for each in (tilemap, elsewhere))
    return float(np.abs(np.roll(second, (down * side, right * side), axis=(0, 1)) - first).max())


def _floats(bench: Bench, tilemap: TileMap) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Paint a map, and return the canvas in 0..1 as it was decoded."""
    found: list[np.ndarray[Any, np.dtype[np.float32]]] = []

    def keep(image: np.ndarray[Any, np.dtype[np.float32]]) -> Pixels:
        found.append(image)
        return np.zeros((1, 1, 3), np.uint8)

    scene = replace(bench.pipeline.scene(bench.request(tilemap)), finish=keep)
    bench.pipeline.paint_scene(scene, lambda _: None)
    return found[0]


def lay_level(bench: Bench, names: Sequence[str], side: int, seed: int = 0) -> Level:
    """Paint a set, and lay a random level of `side` by `side` of its tiles."""
    sheet, seconds = bench.paint(read(corners=names, seed=seed))
    corners = random_corners(len(names), side, side)
    return Level(sheet, corners, compose(sheet, len(names), corners), seconds)


def set_figures(large: Level, small: Sequence[Level], plain_seconds: float) -> list[Figure]:
    """Measure how the tiles of some sets fit, and what the largest costs."""
    steps = np.concatenate([border_steps(each.picture, each.side) for each in (large, *small)])
    border, beside = steps.mean(axis=0)
    misfits = [largest_misfit(large.sheet, len(TERRAINS)), *(largest_misfit(each.sheet, 2) for each in small)]
    return [
        Figure("step across borders of tiles / inside", "ratio", float(border / beside), 0.98, 1.02),
        Figure("largest difference of sides that may meet", "count", max(misfits), most=0),
        Figure("256 tiles / one bake of 1024 by 1024", "ratio", large.seconds / plain_seconds, most=1.2),
    ]


@click.command()
@click.option("--level", "side", default=64, show_default=True, help="Tiles along a side of the large level.")
@click.option("--sets", default=6, show_default=True, help="Sets of two terrains beside the one of four.")
@click.option("--maps", default=4, show_default=True, help="Pictures that wrap.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for the pictures.")
def main(side: int, sets: int, maps: int, out: Path | None) -> None:
    """Measure TileSets and wrapping by the embedded model."""
    bench, names = Bench(), [*TERRAINS]
    small = [lay_level(bench, names[:2], 32, seed) for seed in range(sets)]
    rows = ["".join("gws"[(x // 3 + y // 2) % 3] for x in range(16)) for y in range(16)]
    _, plain_seconds = bench.paint(read(rows=rows, legend=_LEGEND))
    large = lay_level(bench, names, side)
    figures = [
        *set_figures(large, small, plain_seconds),
        Figure("quadrants judged right", "share", judged_right(bench, large, names), least=0.95),
        *wrap_figures(bench, maps),
    ]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, picture in (("sheet", large.sheet), ("two", small[0].sheet), ("level", large.picture)):
            (out / f"{name}.png").write_bytes(png_bytes(picture))
    print(table(figures))
    print(json_line("tilesets", figures, seconds=round(large.seconds, 2), level=side, sets=sets))
