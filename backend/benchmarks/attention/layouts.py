"""Maps to measure speed on: how many terrains a pixel hears depends on how they lie."""

import json
import string
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.level.tilemap import TileMap, parse_map

Layout = NDArray[np.intp]  # [rows, columns]: the terrain of each tile
LETTERS: Final = string.ascii_letters
ROUNDS: Final = 4  # of Lloyd's algorithm, after which cells are about equally large


def blobs(rows: int, columns: int, terrains: int) -> Layout:
    """Terrains in one piece each, as levels have them: the cells of a relaxed Voronoi diagram."""
    y, x = np.mgrid[:rows, :columns] + 0.5
    sites = np.random.default_rng(0).random((terrains, 2)) * (rows, columns)
    owners = np.zeros((rows, columns), np.intp)
    for _ in range(ROUNDS):
        owners = np.hypot(y - sites[:, :1, None], x - sites[:, 1:, None]).argmin(axis=0)
        for terrain in np.unique(owners):
            sites[terrain] = y[owners == terrain].mean(), x[owners == terrain].mean()
    return owners


def rivers(rows: int, columns: int, terrains: int) -> Layout:
    """Blobs of all terrains but the last, which winds through them one tile wide."""
    owners = blobs(rows, columns, max(terrains - 1, 1))
    across = np.arange(columns)
    course = np.round((rows - 1) * (0.5 + 0.35 * np.sin(across * 2 * np.pi / columns))).astype(np.intp)
    owners[course, across] = terrains - 1
    return owners


def checker(rows: int, columns: int, terrains: int) -> Layout:
    """No two neighbours alike."""
    return (np.arange(rows)[:, None] * 3 + np.arange(columns)) % terrains


def noise(rows: int, columns: int, terrains: int) -> Layout:
    """Every tile at random."""
    return np.random.default_rng(0).integers(0, terrains, (rows, columns))


LAYOUTS: Final[dict[str, Callable[[int, int, int], Layout]]] = {
    "blobs": blobs,
    "rivers": rivers,
    "checker": checker,
    "noise": noise,
}


def map_of(layout: Layout) -> TileMap:
    """Make a map with one terrain for each letter."""
    letters = [LETTERS[index] for index in range(int(layout.max()) + 1)]
    names = dict(zip(letters, letters, strict=True))
    rows = ["".join(letters[index] for index in row) for row in layout]
    return parse_map(json.dumps({"tilebake": 1, "terrains": names, "legend": names, "rows": rows}))
