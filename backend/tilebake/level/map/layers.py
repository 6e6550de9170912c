"""Read the layers of a JSON map: which terrain each of their cells has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from tilebake.errors import TilebakeError
from tilebake.level.map.content import MAX_CELLS, Cell, MapLayer, Rectangle
from tilebake.level.map.mapfile import CellEntry, CellForm, LayerEntry, MapFile, TileBlock
from tilebake.level.map.signs import are_plain, signs_of, spell_sign
from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.refuse import Refuse

_EMPTY: Final[Mapping[str, str | None]] = {".": None, " ": None}

CellTuple = tuple[int, int, str] | tuple[int, int, str, float, float]


def read_layers(file: MapFile, refuse: Refuse) -> list[MapLayer]:
    """Return the map's layers, the lowest first. Raises the error that `refuse` makes for a wrong place."""
    given = [name for name in ("rows", "cells", "layers") if name in file.model_fields_set]
    if not given:
        hint = 'add "rows" with a "legend", or "cells", or "layers"'
        raise refuse("the map has no tiles", hint=hint)
    if len(given) > 1:
        what = f'the map has "{given[0]}" and "{given[1]}"'
        raise refuse(what, (given[1],), hint="keep one of them", at_key=True)
    if not file.layers:
        return [_read_layer(file, (), file, 1.0, refuse)]
    return [
        _read_layer(layer, ("layers", index), file, layer.weight, refuse)
        for index, layer in enumerate(file.layers)
    ]


def _read_layer(
    block: LayerEntry | MapFile, path: JsonPath, file: MapFile, weight: float, refuse: Refuse
) -> MapLayer:
    if block.rows and "cells" in block.model_fields_set:
        what = 'the layer has "rows" and "cells"'
        raise refuse(what, (*path, "cells"), hint="keep one of them", at_key=True)
    if block.rows:
        return _read_rows(block, path, file, weight, refuse)
    if "cells" in block.model_fields_set:
        return _read_cells(block.cells, path, weight, refuse)
    raise refuse("the layer has no tiles", path, hint='add "rows" or "cells", or remove the layer')


def _read_rows(block: TileBlock, path: JsonPath, file: MapFile, weight: float, refuse: Refuse) -> MapLayer:
    legend_path = (*path, "legend") if block.legend is not None else ("legend",)
    legend = given = {**_EMPTY, **(file.legend or {} if block.legend is None else block.legend)}
    rows: Sequence[Sequence[str]] = block.rows
    if not are_plain(legend, block.rows) and any(map(_has_composed_signs, (*legend, *block.rows))):
        rows = [[sign.spelling for sign in signs_of(row)] for row in block.rows]
        legend = _spelled_legend(legend, legend_path, refuse)
    _refuse_misshapen(rows, (*path, "rows"), refuse)
    origin_x, origin_y = block.origin or file.origin or (0, 0)
    terrains: dict[Cell, str] = {}
    for y, row in enumerate(rows, origin_y):
        if not legend.keys() >= set(row):
            index = next(index for index, character in enumerate(row) if character not in legend)
            text = block.rows[y - origin_y]
            at = index if row is text else [*signs_of(text)][index].at
            raise _unknown_character(row[index], (*path, "rows", y - origin_y), at, legend, refuse)
        names = map(legend.__getitem__, row)
        terrains.update({(x, y): name for x, name in enumerate(names, origin_x) if name is not None})
    named_at = {name: (*legend_path, key) for key, name in reversed(given.items()) if name is not None}
    rectangle = Rectangle(origin_x, origin_y, len(rows[0]), len(rows))
    return MapLayer(terrains, (*path, "rows"), named_at, weight, rectangle=rectangle)


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


def _read_cells(cells: Sequence[CellForm], path: JsonPath, weight: float, refuse: Refuse) -> MapLayer:
    tuples = [cell if isinstance(cell, tuple) else _as_tuple(cell) for cell in cells]
    terrains = {(cell[0], cell[1]): cell[2] for cell in tuples}
    if len(terrains) < len(tuples) or len(set(map(len, tuples))) > 1:
        raise _first_misfit(tuples, (*path, "cells"), refuse)
    centres = {(cell[0], cell[1]): (cell[3], cell[4]) for cell in tuples if len(cell) == 5}
    first = {tuples[index][2]: index for index in reversed(range(len(tuples)))}
    named_at = {
        name: (*path, "cells", index, "terrain" if isinstance(cells[index], CellEntry) else 2)
        for name, index in first.items()
    }
    return MapLayer(terrains, (*path, "cells"), named_at, weight, centres or None)


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
