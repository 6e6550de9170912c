"""Rectangles in rows: what paving, masonry, boards and fields are laid out on."""

from typing import NamedTuple

import numpy as np

from training.terrain.fields import Field, Shape, noise, plane

DISTINCT = 64  # rows and columns before the random numbers repeat


class Blocks(NamedTuple):
    """Rectangles in rows."""

    random: Field  # a number from 0 to 1 that is the same all over a block
    dx: Field  # offset from the block's centre, in pixels
    dy: Field
    edge: Field  # distance to the block's border, in pixels, its corners rounded; negative outside


def blocks(
    rng: np.random.Generator,
    y: Field,
    x: Field,
    size: tuple[float, float],
    bond: float | None,
    corner: float = 2.0,
) -> Blocks:
    """Tile the plane with blocks of `size` (height, width); a `bond` of None shifts every row at random."""
    height, width = size
    gy = y / height + rng.random()
    row = np.floor(gy).astype(np.int32) % DISTINCT
    shifts = rng.random(DISTINCT) if bond is None else bond * (np.arange(DISTINCT) % 2) + rng.random()
    gx = x / width + shifts.astype(np.float32)[row]
    column = np.floor(gx).astype(np.int32) % DISTINCT
    dy, dx = (gy % 1 - 0.5) * height, (gx % 1 - 0.5) * width
    # signed distance to a rounded box
    qy, qx = np.abs(dy) - height / 2 + corner, np.abs(dx) - width / 2 + corner
    outside = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0)
    tags = rng.random((DISTINCT, DISTINCT), dtype=np.float32)
    return Blocks(tags[row, column], *(f.astype(np.float32) for f in (dx, dy, corner - outside)))


def drawn_grid(rng: np.random.Generator, shape: Shape, wobble: float) -> tuple[Field, Field]:
    """Pixel coordinates (y, x), drawn with an unsteady hand."""
    y, x = plane(shape)
    shake = noise(rng, shape, 40, 2.2, finest=10) * np.float32(wobble)
    return y + shake, x + np.roll(shake, shape[1] // 2, 1)
