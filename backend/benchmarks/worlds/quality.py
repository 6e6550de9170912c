"""Measure whether a level in windows is as good as one-piece paintings of it, and whether lines show in it.

    python -m benchmarks.worlds.quality --side 64

The embedded model paints a square level of random blocks in windows, and then crops of 16 by 12 tiles of it,
each in one piece. The judge names the tiles of both. Seams: the steps of luma across those borders of tiles
that are windows' lines too, to those across others, both between tiles of one terrain, where masks change
nothing. Prints a table, and one JSON line last.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.figures import Figure, json_line, table
from benchmarks.quality.judge import load_judge
from benchmarks.worlds.windows import TERRAINS, Bench, level, luma_of
from tilebake.cli.engine import load_components
from tilebake.cli.options import Machine
from tilebake.level.map.crop import crop
from tilebake.level.map.grid import Bounds
from tilebake.level.tilemap import TileMap
from tilebake.models.reference import resolve
from tilebake.paint.judge.judging import count_judged
from tilebake.paint.judge.network import Judge
from tilebake.texture import JudgedTiles

TILE: Final = 64  # pixels, of the map and of the painting
CROP: Final = (16, 12)  # tiles
Pixels = NDArray[np.uint8]
Steps = NDArray[np.float32]


def crops_of(tilemap: TileMap, side: int) -> Iterator[TileMap]:
    """Yield the crops of a square level that are whole."""
    columns, rows = CROP
    for top in range(0, side - rows + 1, rows):
        for left in range(0, side - columns + 1, columns):
            yield crop(tilemap, Bounds(left * TILE, top * TILE, columns * TILE, rows * TILE))


def share_right(judged: dict[str, JudgedTiles]) -> tuple[int, int]:
    """Return how many tiles are judged right, and of how many."""
    return sum(each.right for each in judged.values()), sum(each.tiles for each in judged.values())


def judge_crops(
    bench: Bench, judge: Judge, image: Pixels, tilemap: TileMap, side: int
) -> tuple[float, float]:
    """Return which share of tiles is right: in windows, and in the same crops painted in one piece."""
    counts = np.zeros((2, 2))
    for part in crops_of(tilemap, side):
        alone, _ = bench.paint(bench.request(part, windows="never"), bench.pipeline())
        bounds = part.bounds
        rows = slice(round(bounds.y), round(bounds.y + bounds.height))
        columns = slice(round(bounds.x), round(bounds.x + bounds.width))
        for index, picture in enumerate((np.ascontiguousarray(image[rows, columns]), alone)):
            counts[index] += share_right(dict(count_judged(judge, picture, part)))
        click.echo(f"{counts[0, 1]:.0f} tiles judged", err=True)
    return counts[0, 0] / counts[0, 1], counts[1, 0] / counts[1, 1]


def terrains_of(tilemap: TileMap, side: int) -> NDArray[np.intp]:
    """Return the number of the terrain of each tile [side, side]."""
    found = np.zeros((side, side), np.intp)
    names = [*TERRAINS]
    for tile in tilemap.tiles:
        found[int(tile.centre_y // TILE), int(tile.centre_x // TILE)] = names.index(tile.terrain)
    return found


def seam_ratio(image: Pixels, terrains: NDArray[np.intp], stride: int, overlap: int) -> float:
    """Return the steps of luma across windows' lines to those across other borders of tiles of one terrain.

    `stride` and `overlap` of windows are tiles. Borders of columns and of rows count alike, and each terrain
    as often as it has windows' lines.
    """
    luma = luma_of(image)
    on_lines: dict[int, list[float]] = {}
    elsewhere: dict[int, list[float]] = {}
    for picture, names in ((luma, terrains), (luma.T, terrains.T)):
        steps = _steps_at_borders(picture)
        for row, border in np.argwhere(names[:, 1:] == names[:, :-1]):
            is_line = (border + 1) % stride in (0, overlap)
            kept = on_lines if is_line else elsewhere
            kept.setdefault(int(names[row, border]), []).append(float(steps[row, border]))
    counts = {name: len(steps) for name, steps in on_lines.items()}
    return sum(sum(on_lines[name]) for name in counts) / sum(
        count * float(np.mean(elsewhere[name])) for name, count in counts.items()
    )


def _steps_at_borders(luma: NDArray[np.float32]) -> Steps:
    """Return the mean steps of luma across the borders between columns: [rows, columns - 1]."""
    right = luma[:, TILE::TILE]
    left = luma[:, TILE - 1 :: TILE][:, : right.shape[1]]
    return np.abs(right - left).reshape(-1, TILE, right.shape[1]).mean(axis=1)


def measure(bench: Bench, side: int, out: Path | None) -> list[Figure]:
    """Measure one level."""
    tilemap = level(side, side)
    request = bench.request(tilemap)
    image, seconds = bench.paint(request, bench.pipeline())
    click.echo(f"painted in windows in {seconds:.0f} s", err=True)
    if out is not None:
        Image.fromarray(image).save(out)
    window = (request.settings.window or 0) // TILE
    stride = window - window // 4
    seams = seam_ratio(image, terrains_of(tilemap, side), stride, window - stride)
    in_windows, in_one = judge_crops(bench, load_judge(), image, tilemap, side)
    return [
        Figure("seams on windows' lines / on other borders of tiles", "ratio", seams, least=0.98, most=1.02),
        Figure("tiles judged right, in windows", "share", in_windows),
        Figure("the same tiles, in crops painted in one piece", "share", in_one),
        Figure("windows - one piece", "share", in_windows - in_one, least=-0.01),
    ]


@click.command()
@click.option(
    "--side", type=click.IntRange(16), default=64, show_default=True, help="Tiles, a multiple of 4."
)
@click.option("--out", type=click.Path(path_type=Path), help="Save the level's picture here.")
def main(side: int, out: Path | None) -> None:
    """Compare a level in windows with one-piece paintings of it."""
    source = resolve("embedded")
    with tempfile.TemporaryDirectory() as folder:
        components = load_components(source, (), Machine("cpu", "auto"))
        figures = measure(Bench(components, source, Path(folder).resolve()), side, out)
    click.echo(table(figures))
    click.echo(json_line("quality", figures, side=side))


if __name__ == "__main__":
    main()
