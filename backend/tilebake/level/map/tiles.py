"""Where each tile lies, what of it shows, and which cells are empty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from tilebake.errors import MapError
from tilebake.level.map.grid import Bounds, Grid, bounds_of
from tilebake.level.map.layers import Cell, Layer, Point
from tilebake.level.map.mapfile import MAX_CELLS
from tilebake.level.source.json_text import JsonText

_FIT: Final = 0.5  # map pixels by which an engine's centre may differ from the grid's


@dataclass(frozen=True, slots=True)
class Tile:
    """One visible tile: its cell, its terrain, its centre in map pixels, and how much of it shows."""

    x: int
    y: int
    terrain: str
    centre_x: float
    centre_y: float
    weight: float = 1.0


@dataclass(frozen=True)
class Placement:
    """Every visible tile, the rectangle around them, and the centres of the empty cells in it."""

    tiles: tuple[Tile, ...]
    bounds: Bounds
    empty: tuple[Point, ...]

    @property
    def names(self) -> frozenset[str]:
        """The terrains that show."""
        return frozenset(tile.terrain for tile in self.tiles)


def place(layers: Sequence[Layer], grid: Grid, text: JsonText) -> Placement:
    """Lay the layers on the grid. Raises MapError when they do not fit it, or are absurdly large."""
    offset_x, offset_y = _offset(layers, grid, text)
    shares = visible(layers)
    centres = {cell: centre for layer in layers for cell, centre in (layer.centres or {}).items()}
    centres.update((cell, grid.centre(*cell)) for cell in shares if cell not in centres)
    tiles = tuple(
        Tile(x, y, name, *centres[x, y], weight)
        for y, x in sorted((y, x) for x, y in shares)
        for name, weight in sorted(shares[x, y].items())
    )
    seen = [centres[cell] for cell in shares] or [grid.centre(*cell) for cell in _cells_of_rows(layers)]
    path = layers[0].path if len(layers) == 1 else ("layers",)
    if not seen:
        hint = 'add a tile; to paint the base prompt alone, give the size as "rows" of "."'
        raise text.mistake("the map has no tile and no size", path, hint=hint)
    bounds = bounds_of(seen, grid.tile_size)
    if grid.cells_in(bounds) > MAX_CELLS:
        raise text.mistake(_too_large(bounds, grid), path, hint="look for a stray tile, or split the map")
    taken = {grid.lattice(*cell) for cell in shares}
    own_bounds = bounds._replace(x=bounds.x - offset_x, y=bounds.y - offset_y)
    free = (grid.place(point) for point in grid.points_within(own_bounds) if point not in taken)
    return Placement(tiles, bounds, tuple((x + offset_x, y + offset_y) for x, y in free))


def visible(layers: Sequence[Layer]) -> dict[Cell, dict[str, float]]:
    """What shows of each terrain in each cell: an upper tile of weight w leaves 1 - w of those below."""
    shares: dict[Cell, dict[str, float]] = {}
    for layer in layers:
        if layer.weight == 0:
            continue
        for cell, name in layer.terrains.items():
            below = shares.get(cell, {}) if layer.weight < 1 else {}
            left = {other: share * (1 - layer.weight) for other, share in below.items()}
            left[name] = left.get(name, 0.0) + layer.weight
            shares[cell] = left
    return shares


def _cells_of_rows(layers: Sequence[Layer]) -> Iterator[Cell]:
    """The cells that rows cover, which give a map without tiles its size."""
    for layer in layers:
        if layer.rectangle:
            yield from layer.rectangle.cells()


def _too_large(bounds: Bounds, grid: Grid) -> str:
    across, down = bounds.width / grid.tile_size[0], bounds.height / grid.tile_size[1]
    size = f"{across:.0f} x {down:.0f} tiles"
    return f"the map is {size} large, empty cells included; the limit is {MAX_CELLS:,} cells"


def _offset(layers: Sequence[Layer], grid: Grid, text: JsonText) -> Point:
    """By how much the engine's centres lie beside the grid's, the same for all tiles."""
    offset: Point | None = None
    for layer in layers:
        # Without centres of its own, every tile of a layer has the same offset: none.
        cells = layer.terrains if layer.centres else islice(layer.terrains, 1)
        for index, (x, y) in enumerate(cells):
            own = grid.centre(x, y)
            centre = own if layer.centres is None else layer.centres[x, y]
            here = centre[0] - own[0], centre[1] - own[1]
            offset = offset or here
            if abs(here[0] - offset[0]) > _FIT or abs(here[1] - offset[1]) > _FIT:
                due = own[0] + offset[0], own[1] + offset[1]
                raise _does_not_fit(layer, index, (x, y), centre, due, text)
    return offset or (0.0, 0.0)


def _does_not_fit(
    layer: Layer, index: int, cell: Cell, centre: Point, due: Point, text: JsonText
) -> MapError:
    path = layer.path if layer.centres is None else (*layer.path, index)
    x, y = (f"{value:.6g}" for value in centre)
    due_x, due_y = (f"{value:.6g}" for value in due)
    return text.mistake(
        f"the cell {list(cell)} has its centre at [{x}, {y}], and the grid has it at [{due_x}, {due_y}]",
        path,
        hint='make "grid", "tile_size", "layout" and "offset_axis" those of the engine',
    )
