"""Measure how the tiles of a painted set fit, what they show, what they cost, and how pictures wrap.

    python -m benchmarks.tilesets --level 64 --out folder

The embedded model paints sets of two and of four terrains, and blobs. Of each, a random level is laid out as
an engine would do it. Prints a table, and one JSON line last.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click
import numpy as np

from benchmarks.figures import Figure, json_line, table
from benchmarks.tilesets.bench import TERRAINS, Bench, read
from benchmarks.tilesets.blob import blob_figures, lay_blob
from benchmarks.tilesets.compose import (
    CornerGrid,
    Pixels,
    border_steps,
    compose,
    largest_misfit,
    random_corners,
)
from benchmarks.tilesets.wrapped import LEGEND, wrap_figures
from tilebake.paint.judge.judging import count_judged
from tilebake.paint.judge.reading import read_judge
from tilebake.serve.files.png import png_bytes


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


_BLOB: Final = ("grass", "water")


@click.command()
@click.option("--level", "side", default=64, show_default=True, help="Tiles along a side of the large level.")
@click.option("--sets", default=6, show_default=True, help="Sets of two terrains beside the one of four.")
@click.option("--blobs", default=2, show_default=True, help="Blobs, of each a level of 32 by 32 tiles.")
@click.option("--maps", default=4, show_default=True, help="Pictures that wrap.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="A folder for the pictures.")
def main(side: int, sets: int, blobs: int, maps: int, out: Path | None) -> None:
    """Measure TileSets and wrapping by the embedded model."""
    bench, names = Bench(), [*TERRAINS]
    small = [lay_level(bench, names[:2], 32, seed) for seed in range(sets)]
    rows = ["".join("gws"[(x // 3 + y // 2) % 3] for x in range(16)) for y in range(16)]
    _, plain_seconds = bench.paint(read(rows=rows, legend=LEGEND))
    large = lay_level(bench, names, side)
    walls = [lay_blob(bench, _BLOB, 32, seed) for seed in range(blobs)]
    figures = [
        *set_figures(large, small, plain_seconds),
        Figure("quadrants judged right", "share", judged_right(bench, large, names), least=0.95),
        *(blob_figures(bench, walls, _BLOB) if walls else ()),
        *(wrap_figures(bench, maps) if maps else ()),
    ]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        pictures = {"sheet": large.sheet, "level": large.picture}
        pictures |= {f"blob{number}": each.picture for number, each in enumerate(walls)}
        for name, picture in pictures.items():
            (out / f"{name}.png").write_bytes(png_bytes(picture))
    print(table(figures))
    print(json_line("tilesets", figures, seconds=round(large.seconds, 2), level=side, sets=sets))
