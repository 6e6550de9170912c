"""The grids that levels are drawn on: square, half-offset, isometric and hexagonal, as engines have them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.terrain.fields import Field, Labels, Shape, plane

Cell = tuple[int, int]  # row and column


class Grid(NamedTuple):
    """A grid laid over a picture. Rows and columns begin at 0 and are `size` in number."""

    kind: str
    rows: NDArray[np.int64]  # [height, width], the cell each pixel is in
    columns: NDArray[np.int64]
    size: Cell
    tile: float  # pixels between the centres of neighbours, about

    def paint(self, cells: Labels) -> Labels:
        """What stands at each pixel, from what stands in each cell."""
        return cells[self.rows, self.columns]

    def centres(self) -> dict[Cell, tuple[float, float]]:
        """The middles (y, x) of the cells of which enough is to be seen."""
        number = (self.rows * self.size[1] + self.columns).ravel()
        y, x = (each.ravel() for each in plane((self.rows.shape[0], self.rows.shape[1])))
        counts, downs, asides = (np.bincount(number, weights) for weights in (None, y, x))
        seen = np.flatnonzero(counts > 0.2 * self.tile**2)
        middles = np.stack([downs[seen], asides[seen]], axis=1) / counts[seen, None]
        cells = (divmod(int(each), self.size[1]) for each in seen)
        return {cell: (float(y), float(x)) for cell, (y, x) in zip(cells, middles, strict=True)}


KINDS = ("square", "offset", "isometric", "hexagonal")


def random_grid(rng: np.random.Generator, shape: Shape, tiles: tuple[float, float]) -> Grid:
    """A grid of any kind, mostly square; tiles are small as often as they are large."""
    kind = str(rng.choice(KINDS, p=(0.55, 0.1, 0.2, 0.15)))
    return grid(kind, rng, shape, float(np.exp(rng.uniform(*np.log(tiles)))))


def grid(kind: str, rng: np.random.Generator, shape: Shape, tile: float) -> Grid:
    """A grid of one kind, `tile` pixels wide, that begins anywhere."""
    y, x = plane(shape)
    y, x = y + tile * rng.uniform(0, 2), x + tile * rng.uniform(0, 2)
    if kind == "isometric":
        high = tile * rng.uniform(0.5, 0.75)
        rows, columns = np.floor(y / high + x / tile), np.floor(y / high - x / tile)
        tile = float(np.hypot(tile, high) / 2)
    elif kind == "hexagonal":
        rows, columns = _hexagons(y, x, tile)
        if rng.random() < 0.5:
            rows, columns = (each.T for each in _hexagons(*_turned(y, x), tile))
    else:
        rows = np.floor(y / tile)
        columns = np.floor(x / tile - (0.5 * (rows % 2) if kind == "offset" else 0))
    rows, columns = (each.astype(np.int64) for each in (rows, columns))
    rows, columns = rows - rows.min(), columns - columns.min()
    return Grid(kind, rows, columns, (int(rows.max()) + 1, int(columns.max()) + 1), tile)


def _turned(y: Field, x: Field) -> tuple[Field, Field]:
    """Rows become columns."""
    return x.T, y.T


def _hexagons(y: Field, x: Field, tile: float) -> tuple[Field, Field]:
    """Rows and columns of hexagons with a point above, `tile` wide, every second row half a tile aside."""
    pitch = tile * 0.75 * 2 / np.sqrt(3)
    near = np.full(y.shape, np.inf, np.float32)
    rows, columns = np.zeros_like(y), np.zeros_like(y)
    for step in (0, 1):
        row = np.floor(y / pitch) + step
        shift = 0.5 * (row % 2)
        column = np.round(x / tile - shift)
        away = (y - row * pitch) ** 2 + (x - (column + shift) * tile) ** 2
        closer = away < near
        rows, columns, near = (
            np.where(closer, row, rows),
            np.where(closer, column, columns),
            np.where(closer, away, near),
        )
    return rows, columns
