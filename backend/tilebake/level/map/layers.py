"""Read the layers of a JSON map: which terrain each of their cells has."""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, compress, repeat
from typing import Final

from tilebake.errors import TilebakeError
from tilebake.level.map.content import MAX_CELLS, Cell, MapLayer, Rectangle
from tilebake.level.map.mapfile import CellEntry, CellForm, LayerEntry, MapFile, TileBlock
from tilebake.level.map.tile_columns import Cells
from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.refuse import Refuse
from tilebake.level.source.signs import are_plain, signs_of, spell_sign

_EMPTY: Final[Mapping[str, str | None]] = {".": None, " ": None}

CellColumns = Mapping[JsonPath, Cells]
CellTuple = tuple[int, int, str] | tuple[int, int, str, float, float]


def read_layers(file: MapFile, columns: CellColumns, refuse: Refuse) -> list[MapLayer]:
    """Return the map's layers, the lowest first. Raises the error that `refuse` makes for a wrong place.

    `columns` are cells that were read already, by their paths.
    """
    for name in ("variants", "dual_grid"):
        if name in file.model_fields_set:
            hint = 'remove it, or give the terrains of a TileSet as "corners"'
            raise refuse(f'only a TileSet has "{name}"', (name,), hint=hint, at_key=True)
    given = [name for name in ("rows", "cells", "layers") if name in file.model_fields_set]
    if not given:
        hint = 'add "rows" with a "legend", or "cells", or "layers"'
        raise refuse("the map has no tiles", hint=hint)
    if len(given) > 1:
        what = f'the map has "{given[0]}" and "{given[1]}"'
        raise refuse(what, (given[1],), hint="keep one of them", at_key=True)
    if not file.layers:
        return [_read_layer(file, (), file, columns, refuse)]
    return [
        _read_layer(layer, ("layers", index), file, columns, refuse)
        for index, layer in enumerate(file.layers)
    ]


def _read_layer(
    block: LayerEntry | MapFile, path: JsonPath, file: MapFile, columns: CellColumns, refuse: Refuse
) -> MapLayer:
    weight = block.weight if isinstance(block, LayerEntry) else 1.0
    if block.rows and "cells" in block.model_fields_set:
        what = 'the layer has "rows" and "cells"'
        raise refuse(what, (*path, "cells"), hint="keep one of them", at_key=True)
    if block.rows:
        return _read_rows(block, path, file, weight, refuse)
    at = (*path, "cells")
    if at in columns:
        named_at = {name: (*at, index, 2) for name, index in columns[at].first_of_each().items()}
        return MapLayer(columns[at], at, named_at, weight)
    if "cells" in block.model_fields_set:
        return _read_cells(block.cells, at, weight, refuse)
    raise refuse("the layer has no tiles", path, hint='add "rows" or "cells", or remove the layer')


def _read_rows(block: TileBlock, path: JsonPath, file: MapFile, weight: float, refuse: Refuse) -> MapLayer:
    legend_path = (*path, "legend") if block.legend is not None else ("legend",)
    legend = given = {**_EMPTY, **(file.legend or {} if block.legend is None else block.legend)}
    rows: Sequence[Sequence[str]] = block.rows
    if not are_plain(legend, block.rows) and any(map(_has_composed_signs, (*legend, *block.rows))):
        rows = [[sign.spelling for sign in signs_of(row)] for row in block.rows]
        legend = _spelled_legend(legend, legend_path, refuse)
    _refuse_misshapen(rows, (*path, "rows"), refuse)
    for y, row in enumerate(rows):
        if not legend.keys() >= set(row):
            index = next(index for index, character in enumerate(row) if character not in legend)
            text = block.rows[y]
            at = index if row is text else [*signs_of(text)][index].at
            raise _unknown_character(row[index], (*path, "rows", y), at, legend, refuse)
    named_at = {name: (*legend_path, key) for key, name in reversed(given.items()) if name is not None}
    rectangle = Rectangle(*(block.origin or file.origin or (0, 0)), len(rows[0]), len(rows))
    return MapLayer(_cells_of_rows(rows, rectangle, legend), (*path, "rows"), named_at, weight, rectangle)


def _cells_of_rows(rows: Sequence[Sequence[str]], at: Rectangle, legend: Mapping[str, str | None]) -> Cells:
    """Return the cells that have a tile, of rows whose every sign is in the legend."""
    signs = dict.fromkeys(chain.from_iterable(rows))
    names = tuple(dict.fromkeys(name for name in map(legend.__getitem__, signs) if name is not None))
    number_of = {sign: -1 if (name := legend[sign]) is None else names.index(name) for sign in signs}
    has_tile = bytes(
        map({sign: number_of[sign] >= 0 for sign in signs}.__getitem__, chain.from_iterable(rows))
    )
    x = chain.from_iterable(repeat(range(at.x, at.x + at.width), at.height))
    y = chain.from_iterable(map(repeat, range(at.y, at.y + at.height), repeat(at.width)))
    terrain = map(number_of.__getitem__, chain.from_iterable(rows))
    terrain, x, y = (array("i", compress(column, has_tile)) for column in (terrain, x, y))
    return Cells(names, terrain, x, y)


def _has_composed_signs(text: str) -> bool:
    return not text.isascii() and [sign.spelling for sign in signs_of(text)] != [*text]


def _spelled_legend(
    legend: Mapping[str, str | None], path: JsonPath, refuse: Refuse
) -> Mapping[str, str | None]:
    """Return a legend by the shared spelling of its signs. Raises for two that look the same and differ."""
    spelled: dict[str, str | None] = {}
    for key, name in legend.items():
        if spelled.setdefault(spell_sign(key), name) != name:
            what = f"{snippet(key)} is in the legend twice, in two spellings"
            raise refuse(what, (*path, key), hint="remove one of the two", at_key=True)
    return spelled


def _refuse_misshapen(rows: Sequence[Sequence[str]], path: JsonPath, refuse: Refuse) -> None:
    lengths = Counter(map(len, rows))
    usual = lengths.most_common(1)[0][0]
    if len(lengths) > 1:
        index, odd = next((index, row) for index, row in enumerate(rows) if len(row) != usual)
        what = f"row {index + 1} has {len(odd)} characters and the others {usual}"
        raise refuse(what, (*path, index), hint=f'make it {usual} long; "." is an empty cell')
    if usual == 0:
        raise refuse("the rows are empty", path, hint='write a character a tile; "." is an empty cell')
    if usual * len(rows) > MAX_CELLS:
        what = f"the rows have {usual} x {len(rows)} cells; the limit is {MAX_CELLS:,}"
        raise refuse(what, path, hint="split the map")


def _unknown_character(
    character: str, path: JsonPath, index: int, legend: Mapping[str, str | None], refuse: Refuse
) -> TilebakeError:
    known = ", ".join(snippet(key) for key in list(legend)[:20])
    hint = f'add it to the "legend", or use one of {known}'
    what = f"the legend has no {snippet(character)}"
    return refuse(what, path, hint=hint, character=index)


def _read_cells(given: Sequence[CellForm], path: JsonPath, weight: float, refuse: Refuse) -> MapLayer:
    tuples = [cell if isinstance(cell, tuple) else _as_tuple(cell) for cell in given]
    terrains = {(cell[0], cell[1]): cell[2] for cell in tuples}
    if len(terrains) < len(tuples) or len(set(map(len, tuples))) > 1:
        raise _first_misfit(tuples, path, refuse)
    cells = Cells.of(terrains, [(cell[3], cell[4]) for cell in tuples if len(cell) == 5])
    named_at = {
        name: (*path, index, "terrain" if isinstance(given[index], CellEntry) else 2)
        for name, index in cells.first_of_each().items()
    }
    return MapLayer(cells, path, named_at, weight)


def _as_tuple(entry: CellEntry) -> CellTuple:
    own = entry.x, entry.y, entry.terrain
    return own if entry.centre is None else (*own, *entry.centre)


def _first_misfit(cells: Sequence[CellTuple], path: JsonPath, refuse: Refuse) -> TilebakeError:
    """Make the error for the first cell that is given twice, or that alone has a centre or none."""
    seen: set[Cell] = set()
    for index, cell in enumerate(cells):
        x, y = cell[0], cell[1]
        if (x, y) in seen:
            return refuse(f"the cell [{x}, {y}] is given twice", (*path, index), hint="remove one of the two")
        if len(cell) != len(cells[0]):
            what = f"the cell [{x}, {y}] has {'no' if len(cell) == 3 else 'a'} centre, unlike those before it"
            return refuse(what, (*path, index), hint="give all cells of a layer a centre, or none")
        seen.add((x, y))
    raise AssertionError("every cell is there once, and all have a centre or none")
