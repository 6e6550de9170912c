"""Read the cells of a JSON map as columns: a million of them, and no object for each.

Long arrays are cut out of the text and read piece by piece. In their place stand a few cells which the schema
finds wrong if it finds any of them wrong: every terrain, and the least and greatest numbers. Whatever is
unusual is left to the ordinary way, which reads all cells as objects, and can say what is wrong with one.
"""

import json
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple, NoReturn

from tilebake.errors import MapError
from tilebake.level.map.content import MAX_CELLS
from tilebake.level.map.tile_columns import Cells, Centres
from tilebake.level.source.encoding import number
from tilebake.level.source.json_positions import JsonPath
from tilebake.level.source.json_text import SPELLINGS, JsonText

PIECE: Final = 1 << 18  # characters that are read at once

_BEFORE_ARRAY: Final = re.compile(r'"cells"\s*:\s*(?=\[\s*\[)')
_AFTER_CELL: Final = re.compile(r"\]\s*([,\]])")
_INTEGERS: Final = {int}
_NUMBERS: Final = {int, float}


class ParsedCells(NamedTuple):
    """Hold the value of a text with few of its cells, and all of them as columns, by their paths."""

    value: object
    columns: Mapping[JsonPath, Cells]


class _UnusualError(ValueError):
    """Signal cells that are left to the ordinary way."""


def parse_cells(source: JsonText) -> ParsedCells | None:
    """Read a text whose cells are all arrays of one length; None for any other, broken ones among them."""
    try:
        rest, arrays = _cut_out(source.text)
        samples = [_sample(cells) for cells in arrays]
        value = JsonText(rest, source.file).parse(samples) if arrays else None
    except (MapError, ValueError, TypeError, OverflowError, RecursionError):
        return None
    found = {id(sample): cells for sample, cells in zip(samples, arrays, strict=True)}
    columns = {path: found[id(each)] for path, each in _cells_in(value) if id(each) in found}
    return ParsedCells(value, columns) if arrays and len(columns) == len(arrays) else None


def _cells_in(value: object) -> Iterator[tuple[JsonPath, object]]:
    """Yield what stands where cells may, with its path."""
    match value:
        case {"layers": [*layers]}:
            for index, layer in enumerate(layers):
                yield from ((("layers", index, *path), cells) for path, cells in _cells_in(layer))
        case {"cells": cells}:
            yield ("cells",), cells
        case _:
            pass


def _cut_out(text: str) -> tuple[str, list[Cells]]:
    """Return the text with NaN in the place of each array of cells, and those arrays."""
    parts: list[str] = []
    arrays: list[Cells] = []
    at = 0
    while found := _BEFORE_ARRAY.search(text, at):
        parts.append(text[at : found.end()])
        cells, at = _read_array(text, found.end())
        arrays.append(cells)
    return "NaN".join([*parts, text[at:]]), arrays


def _read_array(text: str, start: int) -> tuple[Cells, int]:
    """Read the array that begins at an offset, and return the offset behind it too."""
    decoder = json.JSONDecoder(parse_float=lru_cache(SPELLINGS)(number), parse_constant=_refuse_constant)
    columns = _Columns()
    at = start + 1
    while True:
        after = _AFTER_CELL.search(text, at + PIECE)
        piece = f"[{text[at : after.start() + 1 if after else len(text)]}]"
        cells, end = decoder.raw_decode(piece)
        columns.extend(cells)
        if end < len(piece):  # the array's own bracket came before the one that was added
            return columns.cells(), at + end - 1
        if after is None:
            raise _UnusualError
        if after[1] == "]":
            return columns.cells(), after.end()
        at = after.end()


class _Columns:
    """Collect cells as columns."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terrain, self._x, self._y = array("i"), array("i"), array("i")
        self._centre_x, self._centre_y = array("d"), array("d")

    def extend(self, cells: Sequence[Any]) -> None:
        """Add cells, each [x, y, terrain] or each [x, y, terrain, x, y] as those before."""
        width = len(cells[0]) if cells and isinstance(cells[0], list) else 0
        if {*map(type, cells)} != {list} or {*map(len, cells)} != {width} or width not in (3, 5):
            raise _UnusualError
        flat = [*chain.from_iterable(cells)]
        x, y, names, *centres = (flat[index::width] for index in range(width))
        if not ({*map(type, x)} | {*map(type, y)} == _INTEGERS and {*map(type, names)} == {str}):
            raise _UnusualError
        if not {*map(type, chain(*centres))} <= _NUMBERS or len(self._centre_x) != (width == 5) * len(
            self._x
        ):
            raise _UnusualError
        for name in dict.fromkeys(names):
            self._numbers.setdefault(name, len(self._numbers))
        self._terrain.extend(map(self._numbers.__getitem__, names))
        self._x.extend(x)
        self._y.extend(y)
        for column, values in zip((self._centre_x, self._centre_y), centres, strict=False):
            column.extend(values)

    def cells(self) -> Cells:
        """Return the cells. Raises for one that is there twice, and for too many."""
        centres = Centres(self._centre_x, self._centre_y) if self._centre_x else None
        cells = Cells(tuple(self._numbers), self._terrain, self._x, self._y, centres)
        if len(cells) > MAX_CELLS or cells.has_repeats():
            raise _UnusualError
        return cells


def _sample(cells: Cells) -> list[list[object]]:
    """Return a few cells with every terrain, and with the least and the greatest of all numbers."""
    centres = (cells.centres.x, cells.centres.y) if cells.centres else ()
    (low_x, high_x), (low_y, high_y), *ends = (
        (min(each), max(each)) for each in (cells.x, cells.y, *centres)
    )
    low, high = [low for low, _ in ends], [high for _, high in ends]
    return [[high_x, high_y, cells.names[0], *high], *([low_x, low_y, name, *low] for name in cells.names)]


def _refuse_constant(_constant: str) -> NoReturn:
    raise _UnusualError
