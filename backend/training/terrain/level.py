"""Where terrains stand in a level: tiles of any grid, and rivers and paths one tile wide across them."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.terrain.fields import Labels, Shape, noise, plane
from training.terrain.grids import Cell, Grid, random_grid

WALKED = 0.7  # share of levels that a river or a path crosses
STREWN = 0.15  # share of levels in which one terrain stands in single tiles
TILES = (24.0, 96.0)  # pixels; a map's are 64 when nothing else is asked for
NARROW = (0.26, 0.42)  # of a tile: half the width of a line where it passes from corner to corner


class Plan(NamedTuple):
    """asked: which terrain each pixel's tile asks for. painted: the same, with lines joined at corners."""

    asked: Labels
    painted: Labels
    tile: float  # pixels between neighbours' centres, about


def level(rng: np.random.Generator, shape: Shape, count: int) -> Plan:
    """Like tiles lie together more or less; the last terrain, often, is a line one tile wide or two lines."""
    grid = random_grid(rng, shape, TILES)
    kind = rng.random()
    walked, strewn = kind < WALKED, WALKED <= kind < WALKED + STREWN
    cells = _ground(rng, grid.size, count - 1 if (walked and count > 2) or (strewn and count > 1) else count)
    if strewn:
        cells[rng.random(grid.size) < rng.uniform(0.06, 0.2)] = count - 1
    walks = [_walk(rng, grid.size) for _ in range(int(rng.integers(1, 3)) if walked else 0)]
    for cell in (cell for walk in walks for cell in walk):
        cells[cell] = count - 1
    asked = grid.paint(cells)
    joins = _joins(grid, walks, rng.uniform(*NARROW))
    return Plan(asked, np.where(joins, count - 1, asked), grid.tile)


def anyhow(rng: np.random.Generator, shape: Shape, count: int) -> Plan:
    """Which terrain stands where without any tiles: broad patches, or a band across them."""
    fields = [noise(rng, shape, rng.uniform(80, 200), roughness=2.5) for _ in range(count)]
    labels = np.argmax(fields, axis=0)
    if rng.random() < 0.4:
        labels = np.argmax(fields[: max(count - 1, 1)], axis=0)
        angle, width = rng.uniform(0, np.pi), rng.uniform(30, 80)
        y, x = plane(shape) - np.array(shape).reshape(2, 1, 1) * rng.uniform(0.3, 0.7)
        bend = rng.uniform(0, 40) * noise(rng, shape, 200, roughness=3.0)
        across = y * np.cos(angle) + x * np.sin(angle) + bend
        labels = np.where(np.abs(across) < width / 2, count - 1, labels)
    return Plan(labels, labels, TILES[1])


def _ground(rng: np.random.Generator, size: Cell, count: int) -> Labels:
    """Smooth noise over cells: from a chessboard's disorder to broad country."""
    together = rng.uniform(0.0, 1.6)
    fields = ndimage.gaussian_filter(
        rng.standard_normal((count, *size)), (0, together, together), mode="wrap"
    )
    return np.argmax(fields / (fields.std(axis=(1, 2), keepdims=True) + 1e-9), axis=0)


def _walk(rng: np.random.Generator, size: Cell) -> list[Cell]:
    """A line from side to side, each cell beside the one before it or at its corner."""
    turned = rng.random() < 0.5
    rows, columns = size[::-1] if turned else size
    row, cornered, winding = int(rng.integers(rows)), rng.random() < 0.5, rng.uniform(0.1, 0.8)
    cells: list[Cell] = []
    for column in range(columns):
        cells.append((row, column))
        turn = int(rng.choice((-1, 0, 1), p=(winding / 2, 1 - winding, winding / 2)))
        row = int(np.clip(row + turn, 0, rows - 1))
        if not cornered and cells[-1][0] != row:
            cells.append((row, column))
    return [(column, row) for row, column in cells] if turned else cells


def _joins(grid: Grid, walks: list[list[Cell]], narrow: float) -> NDArray[np.bool_]:
    """Where lines pass from cell to cell over a corner: a river is no string of beads."""
    shape = grid.rows.shape[0], grid.rows.shape[1]
    joins = np.zeros(shape, np.bool_)
    centres: dict[Cell, tuple[float, float]] = grid.centres() if walks else {}
    y, x = plane(shape)
    for walk in walks:
        for one, other in pairwise(walk):
            start, end = centres.get(one), centres.get(other)
            if start is None or end is None or one[0] == other[0] or one[1] == other[1]:
                continue  # beside each other
            (top, left), (dy, dx) = start, (end[0] - start[0], end[1] - start[1])
            t = np.clip(((y - top) * dy + (x - left) * dx) / (dy * dy + dx * dx), 0, 1)
            joins |= np.hypot(y - top - t * dy, x - left - t * dx) < narrow * grid.tile
    return joins
