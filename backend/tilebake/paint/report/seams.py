"""Measure seams: how much more the painting changes where two like tiles meet than inside them.

A step is the difference in luma between a pixel and the next. For each pair of like tiles side by side on a
square map, the steps from centre to centre are taken, in the 48 lines of their cores: the middle one crosses
the border, and 62 lie inside. Over all pairs, the mean step across borders is divided by that inside:
1 where borders cannot be told, above 1 where they are edges, below 1 where they are smears.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tilebake.level.tilemap import TileMap
from tilebake.paint.picture import PixelArray
from tilebake.paint.report.neighbours import HALF_STEPS, layout, place_of
from tilebake.paint.tile_scale import CORE, TILE_PIXELS, at_tile_scale, centre

LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue (Rec. 601)
LATTICE: Final = 8  # pixels: the VAE's own grid, whose lines might show wherever the tiles are
BORDER: Final = TILE_PIXELS // 2 - 1  # the step that crosses the border, counted from a centre
LATTICE_STEPS: Final = [i for i in range(LATTICE - 1, TILE_PIXELS - 1, LATTICE) if i != BORDER]


class Steps(NamedTuple):
    """Hold the mean steps of one pair of like tiles, in luma of 0..255."""

    border: float
    inside: float
    lattice: float  # of those inside, the ones that cross a line of the VAE's grid


class Ratio(NamedTuple):
    """Hold a ratio of means, and its standard error from one pair of tiles to the next."""

    value: float
    error: float


def steps_between(image: PixelArray, tilemap: TileMap, names: Mapping[str, str]) -> list[Steps]:
    """List the steps of every pair of like tiles on a square map. `names`: what each terrain counts as."""
    luma = at_tile_scale(image, tilemap).astype(np.float32) @ LUMA
    terrains = layout(tilemap, names)
    found: list[Steps] = []
    for tile in tilemap.tiles:
        place, (x, y) = place_of(tile, tilemap), centre(tile, tilemap)
        for right, down in HALF_STEPS["square"]:
            if terrains.get((place[0] + right, place[1] + down)) == terrains[place]:
                along = luma if right else luma.T
                found.append(_steps(along, *((x, y) if right else (y, x))))
    return found


def like_borders(image: PixelArray, tilemap: TileMap) -> float | None:
    """Return the seam ratio of a painting; None where the map is not square or no like tiles meet."""
    if tilemap.grid != "square":
        return None
    steps = steps_between(image, tilemap, {terrain.name: terrain.name for terrain in tilemap.terrains})
    return ratio([each.border for each in steps], [each.inside for each in steps]).value if steps else None


def ratio(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """Divide one mean by the other, pair by pair (error: linearised, for large numbers)."""
    if not above:
        return Ratio(math.nan, math.nan)
    a, b = np.array(above), np.array(below)
    value = a.mean() / b.mean()
    return Ratio(float(value), float((a - value * b).std() / b.mean() / math.sqrt(len(a))))


def _steps(luma: NDArray[np.float32], x: float, y: float) -> Steps:
    """Measure steps from the centre (x, y) of a tile to the next one's to the right, of luma [h, w]."""
    left, top = round(x), round(y) - CORE // 2
    steps = np.abs(np.diff(luma[top : top + CORE, left : left + TILE_PIXELS], axis=1)).mean(axis=0)  # [63]
    inside = np.delete(steps, BORDER)
    return Steps(float(steps[BORDER]), float(inside.mean()), float(steps[LATTICE_STEPS].mean()))
