"""Repeat what puts down a Gaussian around a map that wraps: its own, and those of the same map beside it."""

from itertools import product
from math import ceil
from typing import Final

import numpy as np

from tilebake.level.canvas import Canvas
from tilebake.level.masks.gaussians import Gaussians
from tilebake.level.torus.wrap import WrapAxes

_REACH: Final = 8.0  # standard deviations, beyond which a Gaussian is nothing


def repeat_around(gaussians: Gaussians, canvas: Canvas, axes: WrapAxes, sigma: float) -> Gaussians:
    """Return a map's own Gaussians, and after them its repeats that reach the canvas, each in their order.

    `sigma` is theirs in latent pixels. A map that does not wrap has its own alone.
    """
    height, width = canvas.latent_size
    across = _repeats(width, sigma) if axes.x else [0]
    down = _repeats(height, sigma) if axes.y else [0]
    shifts = [(column * width, row * height) for column, row in product(across, down)]
    x = np.concatenate([gaussians.x + right for right, _ in shifts])
    y = np.concatenate([gaussians.y + below for _, below in shifts])
    return Gaussians(x, y, np.tile(gaussians.weight, len(shifts)), np.tile(gaussians.region, len(shifts)))


def _repeats(period: int, sigma: float) -> list[int]:
    """Return the numbers of the repeats along an axis, the map itself first."""
    reach = max(1, ceil(_REACH * sigma / period))
    return [0, *(number for step in range(1, reach + 1) for number in (-step, step))]
