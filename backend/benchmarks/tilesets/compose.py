"""Lay random levels out of a set's tiles, as an engine does, and measure how its tiles fit."""

import random
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.level.torus.corner_set import Corners, arrange, tiles_of

LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601

Pixels = NDArray[np.uint8]
CornerGrid = NDArray[np.intp]
"""The terrain of each corner of a level's tiles: [rows + 1, columns + 1]."""


def random_corners(terrains: int, columns: int, rows: int, seed: int = 1) -> CornerGrid:
    """Return random corners in patches of three, with some that stand alone."""
    chance = random.Random(seed)
    patches = [[chance.randrange(terrains) for _ in range(columns // 3 + 1)] for _ in range(rows // 3 + 1)]
    return np.array(
        [
            [
                chance.randrange(terrains) if chance.random() < 0.1 else patches[y // 3][x // 3]
                for x in range(columns + 1)
            ]
            for y in range(rows + 1)
        ],
        np.intp,
    )


def tiles_by_corners(sheet: Pixels, terrains: int) -> dict[Corners, Pixels]:
    """Cut a sheet into its tiles."""
    side = tile_side(sheet, terrains)
    return {
        corners: sheet[row * side : (row + 1) * side, column * side : (column + 1) * side]
        for column, row, corners in tiles_of(arrange(terrains))
    }


def compose(sheet: Pixels, terrains: int, corners: CornerGrid) -> Pixels:
    """Lay the tiles that have these corners."""
    tiles, side = tiles_by_corners(sheet, terrains), tile_side(sheet, terrains)
    rows, columns = corners.shape[0] - 1, corners.shape[1] - 1
    level = np.empty((rows * side, columns * side, sheet.shape[2]), np.uint8)
    for y, x in product(range(rows), range(columns)):
        square = corners[y : y + 2, x : x + 2].ravel()
        level[y * side : (y + 1) * side, x * side : (x + 1) * side] = tiles[Corners(*map(int, square))]
    return level


def tile_side(sheet: Pixels, terrains: int) -> int:
    """Return how many pixels a tile of a sheet has along a side."""
    return sheet.shape[1] // terrains**2


def largest_misfit(sheet: Pixels, terrains: int, depth: int = 2) -> int:
    """Return the largest difference between sides of one kind, of all tiles, in 0..255.

    Sides are `depth` pixels deep. Those of tiles at both sides of a border are compared, each with its like.
    """
    kinds: dict[tuple[str, int, int], list[Pixels]] = {}
    for corners, tile in tiles_by_corners(sheet, terrains).items():
        for name, first, last, strip in (
            ("left", corners.top_left, corners.bottom_left, tile[:, :depth]),
            ("right", corners.top_right, corners.bottom_right, tile[:, -depth:]),
            ("top", corners.top_left, corners.top_right, tile[:depth]),
            ("bottom", corners.bottom_left, corners.bottom_right, tile[-depth:]),
        ):
            kinds.setdefault((name, first, last), []).append(strip)
    stacks = [np.stack(strips).astype(int) for strips in kinds.values()]
    return max(int(np.ptp(stack, axis=0).max()) for stack in stacks)


def border_steps(level: Pixels, side: int, reach: int | None = None) -> NDArray[np.float32]:
    """Return the mean step of luma across each border, and the mean beside it: [n, 2].

    Beside: within `reach` pixels, a quarter of a tile, which has the terrains that the border itself has.
    """
    luma, near = level[..., :3].astype(np.float32) @ LUMA, side // 4 if reach is None else reach
    return np.concatenate([_upright_steps(luma, side, near), _upright_steps(luma.T, side, near)])


def _upright_steps(luma: NDArray[np.float32], side: int, reach: int) -> NDArray[np.float32]:
    height, width = luma.shape
    found: list[tuple[float, float]] = []
    for top, x in product(range(0, height, side), range(side, width, side)):
        steps = np.abs(np.diff(luma[top : top + side, x - reach : x + reach], axis=1)).mean(axis=0)
        found.append((float(steps[reach - 1]), float(np.delete(steps, reach - 1).mean())))
    return np.array(found, np.float32)
