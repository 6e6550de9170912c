"""Lay the layers of a map on its grid: where each tile lies, what of it shows, which cells are empty."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import sub
from typing import Final

from tilebake.errors import TilebakeError
from tilebake.level.map.content import MAX_CELLS, Cell, MapLayer, Point
from tilebake.level.map.grid import Bounds, Grid, bounds_of
from tilebake.level.map.stray_tiles import or_without_strays
from tilebake.level.map.tile_columns import Centres, Tiles
from tilebake.level.source.refuse import Refuse

_FIT: Final = 0.5  # map pixels by which an engine's centre may differ from the grid's

Entry = tuple[int, int, str, float]  # row, column, terrain and weight: the order in which tiles are sorted


@dataclass(frozen=True)
class LaidTiles:
    """Hold every visible tile, the rectangle around them, and the centres of the empty cells in it."""

    tiles: Tiles
    bounds: Bounds
    empty: Centres


def lay_tiles(layers: Sequence[MapLayer], grid: Grid, refuse: Refuse) -> LaidTiles:
    """Lay the layers on the grid.

    Raises what `refuse` makes when they do not fit it, hold nothing, or are absurdly large.
    """
    offset_x, offset_y = _offset(layers, grid, refuse)
    tiles = _tiles(sorted(_visible(layers)), layers, grid)
    seen = (tiles.centre_x, tiles.centre_y) if tiles else _centres_of_rows(layers, grid)
    path = layers[0].path if len(layers) == 1 else ("layers",)
    if not seen[0]:
        hint = 'add a tile; to paint the base prompt alone, give the size as "rows" of "."'
        raise refuse("the map has no tile and no size", path, hint=hint)
    bounds = bounds_of(*seen, grid.tile_size)
    if grid.cells_in(bounds) > MAX_CELLS:
        raise refuse(_too_large(bounds, grid), path, hint=or_without_strays(tiles, "split the map"))
    own_bounds = bounds._replace(x=bounds.x - offset_x, y=bounds.y - offset_y)
    free = grid.centres(*grid.free_points(own_bounds, *grid.lattice(tiles.x, tiles.y)))
    empty_x, empty_y = (x + offset_x for x in free[0]), (y + offset_y for y in free[1])
    return LaidTiles(tiles, bounds, Centres(array("d", empty_x), array("d", empty_y)))


def _tiles(entries: Sequence[Entry], layers: Sequence[MapLayer], grid: Grid) -> Tiles:
    """Make tiles of entries, with the centres that the engine gave, or else the grid's."""
    if not entries:
        return Tiles.of(())
    ys, xs, names, weights = zip(*entries, strict=True)
    centre_x, centre_y = grid.centres(*grid.lattice(xs, ys))
    given = {cell: centre for layer in layers for cell, centre in (layer.centres or {}).items()}
    if given:
        for index, cell in enumerate(zip(xs, ys, strict=True)):
            if cell in given:
                centre_x[index], centre_y[index] = given[cell]
    return Tiles.from_columns(xs, ys, names, centre_x, centre_y, weights)


def _visible(layers: Sequence[MapLayer]) -> Iterator[Entry]:
    """Yield what shows in each cell: an upper tile of weight w leaves 1 - w of those below."""
    whole: dict[Cell, str] = {}  # cells that one tile has for itself: nearly all
    shared: dict[Cell, dict[str, float]] = {}
    for layer in layers:
        if layer.weight == 1:
            whole.update(layer.terrains)
            for cell in shared.keys() & layer.terrains.keys():
                del shared[cell]
        elif layer.weight > 0:
            for cell, name in layer.terrains.items():
                below = {whole.pop(cell): 1.0} if cell in whole else shared.get(cell, {})
                left = {other: share * (1 - layer.weight) for other, share in below.items()}
                left[name] = left.get(name, 0.0) + layer.weight
                shared[cell] = left
    for (x, y), name in whole.items():
        yield y, x, name, 1.0
    for (x, y), shares in shared.items():
        for name, weight in shares.items():
            yield y, x, name, weight


def _centres_of_rows(layers: Sequence[MapLayer], grid: Grid) -> tuple[list[float], list[float]]:
    """Return the centres of the cells that rows cover, which give a map without tiles its size."""
    cells = [cell for layer in layers if layer.rectangle for cell in layer.rectangle.cells()]
    return grid.centres(*grid.lattice([x for x, _ in cells], [y for _, y in cells]))


def _too_large(bounds: Bounds, grid: Grid) -> str:
    across, down = bounds.width / grid.tile_size[0], bounds.height / grid.tile_size[1]
    size = f"{across:.0f} x {down:.0f} tiles"
    return f"the map is {size} large, empty cells included; the limit is {MAX_CELLS:,} cells"


def _offset(layers: Sequence[MapLayer], grid: Grid, refuse: Refuse) -> Point:
    """Return by how much the engine's centres lie beside the grid's, which is the same for all tiles."""
    offset: Point | None = None
    for layer in layers:
        # Without centres of its own, every tile of a layer has the same offset: none.
        cells = list(layer.terrains if layer.centres else islice(layer.terrains, 1))
        if not cells:
            continue
        own = grid.centres(*grid.lattice([x for x, _ in cells], [y for _, y in cells]))
        x_of, y_of = _engine_centres(layer, cells) or own
        shifts = list(map(sub, x_of, own[0])), list(map(sub, y_of, own[1]))
        offset = offset or (shifts[0][0], shifts[1][0])
        if any(_differs(column, at) for column, at in zip(shifts, offset, strict=True)):
            index = next(i for i, shift in enumerate(zip(*shifts, strict=True)) if _is_off(shift, offset))
            due = own[0][index] + offset[0], own[1][index] + offset[1]
            raise _does_not_fit(layer, index, cells[index], (x_of[index], y_of[index]), due, refuse)
    return offset or (0.0, 0.0)


def _engine_centres(layer: MapLayer, cells: Sequence[Cell]) -> tuple[list[float], list[float]] | None:
    """Return the centres that the engine gave, all x and all y; None where it gave none."""
    if layer.centres is None:
        return None
    points = [layer.centres[cell] for cell in cells]
    return [x for x, _ in points], [y for _, y in points]


def _differs(shifts: Sequence[float], offset: float) -> bool:
    return max(shifts) - offset > _FIT or offset - min(shifts) > _FIT


def _is_off(shift: Point, offset: Point) -> bool:
    return abs(shift[0] - offset[0]) > _FIT or abs(shift[1] - offset[1]) > _FIT


def _does_not_fit(
    layer: MapLayer, index: int, cell: Cell, centre: Point, due: Point, refuse: Refuse
) -> TilebakeError:
    path = layer.path if layer.centres is None else (*layer.path, index)
    x, y = (f"{value:.6g}" for value in centre)
    due_x, due_y = (f"{value:.6g}" for value in due)
    return refuse(
        f"the cell {list(cell)} has its centre at [{x}, {y}], and the grid has it at [{due_x}, {due_y}]",
        path,
        hint='make "grid", "tile_size", "layout" and "offset_axis" those of the engine',
    )
