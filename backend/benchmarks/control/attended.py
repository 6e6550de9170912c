"""Heat: how much more a word is attended to inside of its tiles than outside of them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.paint.observe.attention_maps import AttentionMaps

FEWEST: Final = 4  # tiles: with fewer inside, or outside, chance decides


def tile_heat(maps: AttentionMaps, tiles: tuple[int, int]) -> NDArray[np.float64]:
    """Each word's share of attention by tile, as the mean over steps and levels: [W, rows, columns].

    `tiles`: how many rows and columns of tiles the whole canvas has; every map is a whole multiple of them.
    """
    return np.mean([by_tile(values.mean(axis=0), tiles) for values in maps.levels.values()], axis=0)


def inside_over_outside(heat: NDArray[np.float64], inside: NDArray[np.bool_]) -> float | None:
    """Mean heat [rows, columns] of the tiles inside over that outside.

    None where there are too few of either to tell.
    """
    if min(inside.sum(), (~inside).sum()) < FEWEST:
        return None
    return float(heat[inside].mean() / heat[~inside].mean())


def by_tile(values: NDArray[np.float32], tiles: tuple[int, int]) -> NDArray[np.float64]:
    """Average maps [W, h, w] over tiles: [W, rows, columns]. Tiles are never cut."""
    rows, columns = tiles
    words, height, width = values.shape
    assert height % rows == 0, "a map cuts tiles"
    assert width % columns == 0, "a map cuts tiles"
    blocks = values.reshape(words, rows, height // rows, columns, width // columns)
    return blocks.mean(axis=(2, 4), dtype=np.float64)
