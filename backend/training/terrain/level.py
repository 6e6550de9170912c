"""Where terrains stand in a level: tiles of one size, and rivers and paths one tile wide across them."""

import numpy as np
from scipy import ndimage

from training.terrain.fields import Labels, Shape

WALKED = 0.75  # share of levels that a river or a path crosses
TILES = (56, 72)  # pixels; a map's are 64 when nothing else is asked for


def level_labels(rng: np.random.Generator, shape: Shape, count: int) -> Labels:
    """Like tiles lie together more or less; the last terrain, often, is a line one tile wide or two lines."""
    tile = rng.uniform(*TILES)
    rows, columns = (int(side / tile) + 3 for side in shape)
    walked = rng.random() < WALKED
    grid = _ground(rng, (rows, columns), count - 1 if walked and count > 2 else count)
    for _ in range(int(rng.integers(1, 3)) if walked else 0):
        grid = _walk(rng, grid, count - 1)
    oy, ox = rng.random(2)
    y = (np.arange(shape[0]) / tile + oy).astype(int)
    x = (np.arange(shape[1]) / tile + ox).astype(int)
    return grid[y[:, None], x[None, :]]


def _ground(rng: np.random.Generator, cells: tuple[int, int], count: int) -> Labels:
    """Smooth noise over cells: from a chessboard's disorder to broad country."""
    together = rng.uniform(0.0, 1.4)
    fields = ndimage.gaussian_filter(
        rng.standard_normal((count, *cells)), (0, together, together), mode="wrap"
    )
    return np.argmax(fields / fields.std(axis=(1, 2), keepdims=True), axis=0)


def _walk(rng: np.random.Generator, grid: Labels, terrain: int) -> Labels:
    """A line from side to side, each cell beside the one before it or at its corner."""
    turned = rng.random() < 0.5
    across = (grid.T if turned else grid).copy()
    rows, columns = across.shape
    row, cornered, winding = int(rng.integers(rows)), rng.random() < 0.5, rng.uniform(0.1, 0.7)
    for column in range(columns):
        across[row, column] = terrain
        turn = int(rng.choice((-1, 0, 1), p=(winding / 2, 1 - winding, winding / 2)))
        row = int(np.clip(row + turn, 0, rows - 1))
        if not cornered:
            across[row, column] = terrain
    return across.T if turned else across
