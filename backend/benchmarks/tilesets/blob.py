"""Lay a random level of a blob's tiles, and measure how they fit and what they show."""

from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure
from benchmarks.tilesets.bench import Bench, read
from benchmarks.tilesets.compose import Pixels, border_steps
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings
from tilebake.level.torus.blob_set import GROUND, OVER, blob_tile_at
from tilebake.level.torus.corner_set import Arrangement
from tilebake.level.torus.tile_layout import layout_of
from tilebake.paint.judge.cores import CELLS, CORE
from tilebake.paint.judge.network import verdicts
from tilebake.paint.judge.reading import read_judge
from tilebake.paint.judge.vocabulary import judge_name

_CLOSE: Final = 8  # pixels of a tile for one beside its border: the blob's own edge lies twice as far away
_WALL: Final = 0.55  # share of a level's tiles that have the upper terrain

Grid = NDArray[np.bool_]


class BlobLevel(NamedTuple):
    """Hold a level that is laid of a blob's tiles and wraps, and the terrain of each of its cells."""

    cells: Arrangement  # two along a tile: its corner, a side; a side, its middle
    picture: Pixels
    side: int  # pixels along a tile


def random_blob(columns: int, rows: int, seed: int = 1) -> Grid:
    """Tell at random which tiles of a level have the upper terrain: in patches of two, and single ones."""
    chance = np.random.default_rng(seed)
    patches = chance.random((rows // 2 + 1, columns // 2 + 1)) < _WALL
    grown = patches.repeat(2, axis=0).repeat(2, axis=1)[:rows, :columns]
    return np.where(chance.random(grown.shape) < 0.15, ~grown, grown)


def cells_of(blob: Grid) -> Arrangement:
    """Return the terrains of the cells of a level that wraps: over where all tiles that it touches are."""
    above, before = np.roll(blob, 1, axis=0), np.roll(blob, 1, axis=1)
    cells = np.full((2 * blob.shape[0], 2 * blob.shape[1]), GROUND)
    cells[1::2, 1::2][blob] = OVER
    cells[::2, 1::2][blob & above] = OVER
    cells[1::2, ::2][blob & before] = OVER
    cells[::2, ::2][blob & above & before & np.roll(above, 1, axis=1)] = OVER
    return tuple(tuple(int(cell) for cell in row) for row in cells)


def lay_blob(bench: Bench, names: tuple[str, str], side: int, seed: int = 0) -> BlobLevel:
    """Paint a blob, and lay a random level of `side` by `side` of its tiles."""
    tilemap = read(blob=names, seed=seed)
    sheet, _ = bench.paint(tilemap)
    layout = layout_of(decide(tilemap, BakeSettings()).tilemap)
    pixels = sheet.shape[1] // len(layout.sheet[0])
    tiles = {
        tile: sheet[row * pixels : (row + 1) * pixels, column * pixels : (column + 1) * pixels]
        for column, row, tile in layout.sheet_tiles()
    }
    cells = cells_of(random_blob(side, side))
    picture = np.empty((side * pixels, side * pixels, sheet.shape[2]), np.uint8)
    for row, column in product(range(side), repeat=2):
        tile = tiles[blob_tile_at(cells, row, column)]
        picture[row * pixels : (row + 1) * pixels, column * pixels : (column + 1) * pixels] = tile
    return BlobLevel(cells, picture, pixels)


def share_judged_right(bench: Bench, level: BlobLevel, names: tuple[str, str]) -> float | None:
    """Return the share of a level's cells, each a quarter of a tile, that show their terrain."""
    if bench.components.judge is None:
        return None
    judge, half = read_judge(bench.components.judge), level.side // 2
    assert level.side == 64, "the judge knows tiles of 64 pixels"
    margin, rows, columns = CORE // 2, len(level.cells), len(level.cells[0])
    around = np.pad(level.picture[..., :3], ((margin, margin), (margin, margin), (0, 0)), mode="wrap")
    windows = np.stack(
        [
            around[row * half : row * half + CORE, column * half : column * half + CORE]
            for row, column in product(range(rows), range(columns))
        ]
    )
    weights = np.zeros((CELLS, CELLS), np.float32)
    weights[1:-1, 1:-1] = 1  # the cell itself: half a tile of the core's three quarters
    terrains = {terrain.name: terrain for terrain in read(blob=names).terrains}
    wanted = [judge_name(terrains[name], judge.nouns) for name in names]
    found = verdicts(judge, windows, weights)
    expected = np.array([wanted[cell] for row in level.cells for cell in row])
    return float((found == expected).mean())


def blob_figures(bench: Bench, levels: list[BlobLevel], names: tuple[str, str]) -> list[Figure]:
    """Measure how blobs' tiles fit, and what they show."""
    steps = np.concatenate([border_steps(each.picture, each.side, each.side // _CLOSE) for each in levels])
    border, beside = steps.mean(axis=0)
    judged = [share_judged_right(bench, each, names) for each in levels]
    known = [each for each in judged if each is not None]
    right = float(np.mean(known)) if known else None
    return [
        Figure("blob: step across borders of tiles / inside", "ratio", float(border / beside), 0.98, 1.02),
        Figure("blob: quarters of tiles judged right", "share", right, least=0.95),
    ]
