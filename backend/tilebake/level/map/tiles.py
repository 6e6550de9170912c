"""Lay the layers of a map on its grid: where each tile lies, what of it shows, which cells are empty."""

from array import array
from collections import deque
from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from itertools import chain, compress, repeat
from math import isnan, nan
from operator import sub
from typing import Final, NamedTuple, TypeVar

from tilebake.errors import TilebakeError
from tilebake.level.map.content import MAX_CELLS, MapLayer, Point, Rectangle
from tilebake.level.map.grid import Bounds, Grid, bounds_of
from tilebake.level.map.stray_tiles import or_without_strays
from tilebake.level.map.tile_columns import Cells, Centres, Tiles
from tilebake.level.source.refuse import Refuse

_FIT: Final = 0.5  # map pixels by which an engine's centre may differ from the grid's
ROOM: Final = 8  # places for each cell of a map: with more, its rectangle is nearly empty

T = TypeVar("T")


@dataclass(frozen=True)
class LaidTiles:
    """Hold every visible tile, the rectangle around them, and the centres of the empty cells in it."""

    tiles: Tiles
    bounds: Bounds
    empty: Centres


def lay_tiles(
    layers: Sequence[MapLayer], grid: Grid, refuse: Refuse, extent: Rectangle | None = None
) -> LaidTiles:
    """Lay the layers on the grid. The bounds hold all tiles, and the cells of `extent` if there is one.

    Raises what `refuse` makes when they do not fit it, hold nothing, or are absurdly large.
    """
    offset_x, offset_y = _offset(layers, grid, refuse)
    tiles = _tiles(layers, grid)
    seen = (tiles.centre_x, tiles.centre_y) if tiles else _centres_of_rows(layers, grid)
    if extent is not None:
        around = _centres_around(extent, grid, (offset_x, offset_y))
        seen = seen[0] + around[0], seen[1] + around[1]
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


class _Places(NamedTuple):
    """Hold numbers for the cells of all layers, and for some more: they rise line by line."""

    of_layers: Sequence["array[int]"]  # a column of numbers for each layer
    x: "array[int]"  # of each number
    y: "array[int]"


class _Visible(NamedTuple):
    """Hold what shows, sorted by row, column and terrain; a cell that terrains share comes once for each."""

    names: tuple[str, ...]  # of the terrains that show, sorted
    places: Sequence[int]  # of cells
    terrain: "array[int]"  # index into `names`
    weight: "array[float]"


class _Stacks:
    """Number the different shares that terrains have of cells: few, however many the cells."""

    def __init__(self) -> None:
        self.shares: list[tuple[tuple[int, float], ...]] = [()]
        self._numbers = {self.shares[0]: 0}

    def number_of(self, shares: Mapping[int, float]) -> int:
        """Return the number of these shares, which is 0 for none."""
        stack = tuple(sorted(shares.items()))
        if stack not in self._numbers:
            self._numbers[stack] = len(self.shares)
            self.shares.append(stack)
        return self._numbers[stack]


class _Cover(dict[tuple[int, int], int]):
    """Lay a tile of one weight over a stack: by stack and terrain, the stack that shows then."""

    def __init__(self, stacks: _Stacks, weight: float) -> None:
        super().__init__()
        self._stacks = stacks
        self._weight = weight

    def __missing__(self, pair: tuple[int, int]) -> int:
        stack, terrain = pair
        left = {other: share * (1 - self._weight) for other, share in self._stacks.shares[stack]}
        left[terrain] = left.get(terrain, 0.0) + self._weight
        self[pair] = number = self._stacks.number_of(left)
        return number


def _tiles(layers: Sequence[MapLayer], grid: Grid) -> Tiles:
    """Return what shows of the layers, at the centres that the engine gave, or else the grid's."""
    if len(layers) == 1 and layers[0].weight > 0 and layers[0].cells.are_sorted:
        return _tiles_of_one(layers[0], grid)
    places = _places([layer.cells for layer in layers])
    names, shown, terrain, weight = _visible(layers, places)
    x, y = (array("i", map(column.__getitem__, shown)) for column in (places.x, places.y))
    given = [
        (numbers, layer.cells.centres)
        for numbers, layer in zip(places.of_layers, layers, strict=True)
        if layer.cells.centres
    ]
    if not given:
        return Tiles(names, terrain, x, y, *grid.centres(*grid.lattice(x, y)), weight)
    centre_x = _look_up(shown, len(places.x), [(numbers, centres.x) for numbers, centres in given])
    centre_y = _look_up(shown, len(places.x), [(numbers, centres.y) for numbers, centres in given])
    if any(map(isnan, centre_x)):
        own = grid.centres(*grid.lattice(x, y))
        centre_x, centre_y = _fill(centre_x, own[0]), _fill(centre_y, own[1])
    return Tiles(names, terrain, x, y, centre_x, centre_y, weight)


def _fill(column: "array[float]", others: "array[float]") -> "array[float]":
    """Return a column with other values in the places of NaN."""
    values = zip(column, others, strict=True)
    return array("d", [other if isnan(value) else value for value, other in values])


def _tiles_of_one(layer: MapLayer, grid: Grid) -> Tiles:
    """Return the tiles of a layer that is alone and sorted already."""
    cells, names = layer.cells, tuple(sorted(layer.cells.names))
    x, y = (
        (cells.centres.x, cells.centres.y) if cells.centres else grid.centres(*grid.lattice(cells.x, cells.y))
    )
    weight = array("d", [layer.weight]) * len(cells)
    return Tiles(names, cells.terrain_among(names), cells.x, cells.y, x, y, weight)


def _places(layers: Sequence[Cells]) -> _Places:
    """Give cells numbers by where they lie in the rectangle around them, or one by one if it is vast."""
    count = sum(map(len, layers))
    if not count:
        return _Places([array("q") for _ in layers], array("i"), array("i"))
    filled = [cells for cells in layers if cells]
    left, right = min(min(cells.x) for cells in filled), max(max(cells.x) for cells in filled)
    top, bottom = min(min(cells.y) for cells in filled), max(max(cells.y) for cells in filled)
    width, height = right - left + 1, bottom - top + 1
    if width * height > ROOM * count:
        return _places_one_by_one(layers)
    first = top * width + left
    return _Places(
        [
            array("q", [y * width + x - first for x, y in zip(cells.x, cells.y, strict=True)])
            for cells in layers
        ],
        array("i", range(left, right + 1)) * height,
        array("i", chain.from_iterable(map(repeat, range(top, bottom + 1), repeat(width)))),
    )


def _places_one_by_one(layers: Sequence[Cells]) -> _Places:
    cells_of = [[*zip(cells.y, cells.x, strict=True)] for cells in layers]
    cells = sorted({*chain.from_iterable(cells_of)})
    number_of = {cell: number for number, cell in enumerate(cells)}
    return _Places(
        [array("q", map(number_of.__getitem__, cells)) for cells in cells_of],
        array("i", [x for _, x in cells]),
        array("i", [y for y, _ in cells]),
    )


def _visible(layers: Sequence[MapLayer], places: _Places) -> _Visible:
    """Return what shows in each cell: an upper tile of weight w leaves 1 - w of those below."""
    names = sorted({name for layer in layers for name in layer.cells.names})
    stacks = _Stacks()
    shown = array("i", bytes(len(places.x) * array("i").itemsize))
    for layer, numbers in zip(layers, places.of_layers, strict=True):
        terrain = layer.cells.terrain_among(names)
        if layer.weight == 1:
            alone = [stacks.number_of({number: 1.0}) for number in range(len(names))]
            _put(shown, numbers, map(alone.__getitem__, terrain))
        elif layer.weight > 0:
            below = [shown[number] for number in numbers]
            over = _Cover(stacks, layer.weight)
            _put(shown, numbers, map(over.__getitem__, zip(below, terrain, strict=True)))
    return _list_shares(shown, stacks.shares, names)


def _list_shares(
    shown: "array[int]", shares: Sequence[Sequence[tuple[int, float]]], names: Sequence[str]
) -> _Visible:
    """List the shares of each cell, in the order of cells and names; `shown` has the numbers of shares."""
    stacks = [*filter(None, shown)]
    places = compress(range(len(shown)), shown)
    seen = {*stacks}
    used = sorted({terrain for number in seen for terrain, _ in shares[number]})
    index = {terrain: number for number, terrain in enumerate(used)}
    terrains = {number: [index[terrain] for terrain, _ in shares[number]] for number in seen}
    weights = {number: [weight for _, weight in shares[number]] for number in seen}
    if any(len(shares[number]) > 1 for number in seen):
        places = chain.from_iterable(map(repeat, places, map([*map(len, shares)].__getitem__, stacks)))
    return _Visible(
        tuple(names[terrain] for terrain in used),
        array("q", places),
        array("i", chain.from_iterable(map(terrains.__getitem__, stacks))),
        array("d", chain.from_iterable(map(weights.__getitem__, stacks))),
    )


def _look_up(
    places: Sequence[int], count: int, given: Sequence[tuple["array[int]", "array[float]"]]
) -> "array[float]":
    """Return the value of each place, the last of those that are given, or NaN."""
    values = array("d", [nan]) * count
    for numbers, column in given:
        _put(values, numbers, column)
    return array("d", map(values.__getitem__, places))


def _put(table: MutableSequence[T], numbers: Iterable[int], values: Iterable[T]) -> None:
    """Put values at their places in a table."""
    deque(map(table.__setitem__, numbers, values), maxlen=0)


def _centres_of_rows(layers: Sequence[MapLayer], grid: Grid) -> tuple["array[float]", "array[float]"]:
    """Return the centres of the cells that rows cover, which give a map without tiles its size."""
    cells = [cell for layer in layers if layer.rectangle for cell in layer.rectangle.cells()]
    return grid.centres(*grid.lattice([x for x, _ in cells], [y for _, y in cells]))


def _centres_around(extent: Rectangle, grid: Grid, offset: Point) -> tuple["array[float]", "array[float]"]:
    """Return the centres of the cells along a rectangle's border, beyond which none of its others lies."""
    x, y = (array("q", column) for column in zip(*extent.border(), strict=True))
    centres = zip(grid.centres(*grid.lattice(x, y)), offset, strict=True)
    first, second = (array("d", [centre + shift for centre in column]) for column, shift in centres)
    return first, second


def _too_large(bounds: Bounds, grid: Grid) -> str:
    across, down = bounds.width / grid.tile_size[0], bounds.height / grid.tile_size[1]
    size = f"{across:.0f} x {down:.0f} tiles"
    return f"the map is {size} large, empty cells included; the limit is {MAX_CELLS:,} cells"


def _offset(layers: Sequence[MapLayer], grid: Grid, refuse: Refuse) -> Point:
    """Return by how much the engine's centres lie beside the grid's, which is the same for all tiles."""
    offset: Point | None = None
    for layer in layers:
        cells = layer.cells
        # Without centres of its own, every tile of a layer has the same offset: none.
        count = len(cells) if cells.centres else min(1, len(cells))
        if not count:
            continue
        own = grid.centres(*grid.lattice(cells.x[:count], cells.y[:count]))
        x_of, y_of = (cells.centres.x, cells.centres.y) if cells.centres else own
        shifts = array("d", map(sub, x_of, own[0])), array("d", map(sub, y_of, own[1]))
        offset = offset or (shifts[0][0], shifts[1][0])
        if any(_differs(column, at) for column, at in zip(shifts, offset, strict=True)):
            index = next(i for i, shift in enumerate(zip(*shifts, strict=True)) if _is_off(shift, offset))
            due = own[0][index] + offset[0], own[1][index] + offset[1]
            raise _does_not_fit(layer, index, (x_of[index], y_of[index]), due, refuse)
    return offset or (0.0, 0.0)


def _differs(shifts: Sequence[float], offset: float) -> bool:
    return max(shifts) - offset > _FIT or offset - min(shifts) > _FIT


def _is_off(shift: Point, offset: Point) -> bool:
    return abs(shift[0] - offset[0]) > _FIT or abs(shift[1] - offset[1]) > _FIT


def _does_not_fit(layer: MapLayer, index: int, centre: Point, due: Point, refuse: Refuse) -> TilebakeError:
    cells = layer.cells
    path = layer.path if cells.centres is None else (*layer.path, index)
    x, y = (f"{value:.6g}" for value in centre)
    due_x, due_y = (f"{value:.6g}" for value in due)
    at = [cells.x[index], cells.y[index]]
    return refuse(
        f"the cell {at} has its centre at [{x}, {y}], and the grid has it at [{due_x}, {due_y}]",
        path,
        hint='make "grid", "tile_size", "layout" and "offset_axis" those of the engine',
    )
