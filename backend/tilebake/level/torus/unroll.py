"""Lay out a map that wraps as the endless map that it is, as far as a part of that is looked at."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import floor

import numpy as np
from numpy.typing import NDArray

from tilebake.level.map.crop import crop, crop_boxes
from tilebake.level.map.grid import Bounds
from tilebake.level.map.tile_columns import Centres, Tiles
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.wrap import axes_of


def unroll(tilemap: TileMap, box: Bounds) -> TileMap:
    """Return the part of a map in a rectangle of map pixels, as `crop` does, with the map's bounds.

    Of a map that wraps, the repeats that lie in the rectangle are tiles of the part, which wraps no more.
    Tiles come row by row, wherever the map is cut open.
    """
    if tilemap.wrap is None:
        return crop(tilemap, box, tilemap.bounds)
    shifts = [*_repeats(tilemap, box)]
    parts = [crop(tilemap, _move(box, -right, -down), tilemap.bounds) for right, down in shifts]
    right, down = zip(*shifts, strict=True)
    x = _join([part.empty.x for part in parts], right)
    y = _join([part.empty.y for part in parts], down)
    order = np.lexsort((x, y))
    return replace(
        tilemap,
        tiles=_join_tiles(tilemap, [part.tiles for part in parts], right, down),
        empty=Centres(_floats(x[order]), _floats(y[order])),
        wrap=None,
    )


def crop_around(tilemap: TileMap, box: Bounds, bounds: Bounds) -> TileMap:
    """Return a map of these bounds, with the tiles of another that lie in a box, or have a repeat there."""
    boxes = [_move(box, -right, -down) for right, down in _repeats(tilemap, box)]
    return crop_boxes(tilemap, boxes, bounds)


def _repeats(tilemap: TileMap, box: Bounds) -> Iterator[tuple[float, float]]:
    """Yield how far right and down each repeat of a map lies that meets a box, in map pixels."""
    axes, own = axes_of(tilemap.wrap), tilemap.bounds
    across = _numbers(box.x - own.x, box.width, own.width) if axes.x else range(1)
    down = _numbers(box.y - own.y, box.height, own.height) if axes.y else range(1)
    return ((column * own.width, row * own.height) for row, column in product(down, across))


def _numbers(start: float, length: float, period: float) -> range:
    """Return the numbers of the repeats that meet a line from `start`, seen from where the first begins."""
    return range(floor(start / period), floor((start + length) / period) + 1)


def _move(box: Bounds, right: float, down: float) -> Bounds:
    return box._replace(x=box.x + right, y=box.y + down)


def _join_tiles(
    tilemap: TileMap, parts: Sequence[Tiles], right: Sequence[float], down: Sequence[float]
) -> Tiles:
    """Join tiles of repeats, each moved to where it lies, row by row."""
    width, height = tilemap.tile_size
    number_of = {name: number for number, name in enumerate(tilemap.tiles.names)}
    used = [np.array([number_of[name] for name in part.names], np.intc)[part.terrain] for part in parts]
    terrain = np.concatenate(used)
    x = _join([part.x for part in parts], [each / width for each in right])
    y = _join([part.y for part in parts], [each / height for each in down])
    centre_x = _join([part.centre_x for part in parts], right)
    centre_y = _join([part.centre_y for part in parts], down)
    weight = _join([part.weight for part in parts], [0.0] * len(parts))
    order = np.lexsort((terrain, x, y))
    terrain, x, y = (array("i", np.rint(each[order]).astype(np.intc).tobytes()) for each in (terrain, x, y))
    centre_x, centre_y, weight = (_floats(each[order]) for each in (centre_x, centre_y, weight))
    return Tiles(tilemap.tiles.names, terrain, x, y, centre_x, centre_y, weight)


def _join(columns: "Sequence[array[int] | array[float]]", moved: Sequence[float]) -> NDArray[np.float64]:
    """Join columns of numbers, each moved by its own part."""
    return np.concatenate([np.asarray(each) + by for each, by in zip(columns, moved, strict=True)])


def _floats(column: NDArray[np.float64]) -> "array[float]":
    return array("d", column.tobytes())
