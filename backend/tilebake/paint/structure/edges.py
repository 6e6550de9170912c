"""Find the edges of a picture, as ControlNets called canny were trained on (Canny 1986).

The steps and numbers are those of OpenCV's Canny with thresholds 100 and 200, which that training used:
Sobel's gradient of the channel that changes most, the sum of its absolute parts, thinned across the edge,
kept from 200 on and, where it is linked to that, from 100 on.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.paint.picture import Shares, to_pixels

LOW, HIGH = 100, 200  # of the gradient of a picture in 0..255
_STEEP: Final = float(np.tan(np.pi / 8))  # 22.5 degrees: half a sector of directions

Integers = NDArray[np.int32]
Flags = NDArray[np.bool_]


def find_edges(image: Shares) -> Shares:
    """Return the edges of a picture [H, W, 3] in 0..1, white on black: float32 [H, W, 3]."""
    across, down, change = _gradient(to_pixels(image).astype(np.int32))
    thin = _is_ridge(across, down, change) & (change > LOW)
    edges = _linked(thin, thin & (change > HIGH))
    return np.repeat(edges[..., None].astype(np.float32), 3, axis=2)


def _gradient(pixels: Integers) -> tuple[Integers, Integers, Integers]:
    """Return how a picture [H, W, 3] changes to the right, downwards, and by both together: [H, W] each."""
    around = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    right, lower = around[:, 2:] - around[:, :-2], around[2:] - around[:-2]
    across = right[:-2] + 2 * right[1:-1] + right[2:]
    down = lower[:, :-2] + 2 * lower[:, 1:-1] + lower[:, 2:]
    change = np.abs(across) + np.abs(down)
    channel = change.argmax(axis=2)[..., None]
    across, down, change = (
        np.take_along_axis(each, channel, axis=2)[..., 0] for each in (across, down, change)
    )
    return across, down, change


def _is_ridge(across: Integers, down: Integers, change: Integers) -> Flags:
    """Tell where a change is larger than those before and behind it, in the direction in which it goes."""
    around = np.pad(change, 1)

    def beside(x: int, y: int) -> Integers:
        height, width = change.shape
        return around[1 + y : 1 + y + height, 1 + x : 1 + x + width]

    level, upright = np.abs(across), np.abs(down)
    is_level, is_upright = upright < _STEEP * level, level < _STEEP * upright
    falls = (across < 0) != (down < 0)  # to the right, the slope goes up in the picture
    before = np.where(falls, beside(1, -1), beside(-1, -1))
    behind = np.where(falls, beside(-1, 1), beside(1, 1))
    slanted = (change > before) & (change > behind)
    return np.where(
        is_level,
        (change > beside(-1, 0)) & (change >= beside(1, 0)),
        np.where(is_upright, (change > beside(0, -1)) & (change >= beside(0, 1)), slanted),
    )


def _linked(candidates: Flags, seeds: Flags) -> Flags:
    """Return the candidates [H, W] that a chain of neighbours, of eight each, links to a seed."""
    height, width = candidates.shape
    row = width + 2
    left = np.pad(candidates, 1).ravel()  # which are not linked yet
    found = np.zeros_like(left)
    steps = np.array([y * row + x for y in (-1, 0, 1) for x in (-1, 0, 1) if x or y])
    latest = np.flatnonzero(np.pad(seeds, 1).ravel())
    while latest.size:
        found[latest], left[latest] = True, False
        near = (latest[:, None] + steps).ravel()
        latest = np.unique(near[left[near]])
    return found.reshape(height + 2, row)[1:-1, 1:-1]
