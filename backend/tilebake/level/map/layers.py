"""From the layers of a map file to one set of visible tiles."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tilebake.errors import MapError
from tilebake.level.map.mapfile import MAX_CELLS, CellEntry, CellForm, LayerEntry, MapFile, TileBlock
from tilebake.level.source.json_positions import JsonPath, shown
from tilebake.level.source.json_text import JsonText

_EMPTY: Final[Mapping[str, str | None]] = {".": None, " ": None}

Cell = tuple[int, int]
Point = tuple[float, float]


class Rectangle(NamedTuple):
    """The cells that rows of characters cover, with or without a tile."""

    x: int
    y: int
    width: int
    height: int

    def cells(self) -> Iterator[Cell]:
        """Each cell, row by row."""
        for y in range(self.y, self.y + self.height):
            for x in range(self.x, self.x + self.width):
                yield x, y


@dataclass(frozen=True)
class Layer:
    """One layer: which terrain each of its cells has, and where that stands in the file."""

    terrains: Mapping[Cell, str]
    path: JsonPath  # of the rows or cells
    named_at: Mapping[str, JsonPath]  # each terrain's first mention
    weight: float = 1.0
    centres: Mapping[Cell, Point] | None = None  # None where the grid says
    rectangle: Rectangle | None = None  # of rows


def read_layers(file: MapFile, text: JsonText) -> list[Layer]:
    """The map's layers, the lowest first. Raises MapError."""
    given = [name for name in ("rows", "cells", "layers") if name in file.model_fields_set]
    if not given:
        hint = 'add "rows" with a "legend", or "cells", or "layers"'
        raise text.mistake("the map has no tiles", hint=hint)
    if len(given) > 1:
        what = f'the map has "{given[0]}" and "{given[1]}"'
        raise text.mistake(what, (given[1],), hint="keep one of them", at_key=True)
    if not file.layers:
        return [_read_layer(file, (), file, 1.0, text)]
    return [
        _read_layer(layer, ("layers", index), file, layer.weight, text)
        for index, layer in enumerate(file.layers)
    ]


def _read_layer(
    block: LayerEntry | MapFile, path: JsonPath, file: MapFile, weight: float, text: JsonText
) -> Layer:
    if block.rows and "cells" in block.model_fields_set:
        what = 'the layer has "rows" and "cells"'
        raise text.mistake(what, (*path, "cells"), hint="keep one of them", at_key=True)
    if block.rows:
        return _read_rows(block, path, file, weight, text)
    if "cells" in block.model_fields_set:
        return _read_cells(block.cells, path, weight, text)
    raise text.mistake("the layer has no tiles", path, hint='add "rows" or "cells", or remove the layer')


def _read_rows(block: TileBlock, path: JsonPath, file: MapFile, weight: float, text: JsonText) -> Layer:
    _refuse_misshapen(block.rows, (*path, "rows"), text)
    legend_path = (*path, "legend") if block.legend is not None else ("legend",)
    legend = {**_EMPTY, **(file.legend or {} if block.legend is None else block.legend)}
    origin_x, origin_y = block.origin or file.origin or (0, 0)
    terrains: dict[Cell, str] = {}
    for y, row in enumerate(block.rows, origin_y):
        for x, character in enumerate(row, origin_x):
            if character not in legend:
                raise _unknown_character(character, (*path, "rows", y - origin_y), x - origin_x, legend, text)
            name = legend[character]
            if name is not None:
                terrains[x, y] = name
    named_at = {name: (*legend_path, key) for key, name in reversed(legend.items()) if name is not None}
    rectangle = Rectangle(origin_x, origin_y, len(block.rows[0]), len(block.rows))
    return Layer(terrains, (*path, "rows"), named_at, weight, rectangle=rectangle)


def _refuse_misshapen(rows: Sequence[str], path: JsonPath, text: JsonText) -> None:
    lengths = Counter(map(len, rows))
    usual = lengths.most_common(1)[0][0]
    if len(lengths) > 1:
        index, odd = next((index, row) for index, row in enumerate(rows) if len(row) != usual)
        what = f"row {index + 1} has {len(odd)} characters and the others {usual}"
        raise text.mistake(what, (*path, index), hint=f'make it {usual} long; "." is an empty cell')
    if usual == 0:
        raise text.mistake("the rows are empty", path, hint='write a character a tile; "." is an empty cell')
    if usual * len(rows) > MAX_CELLS:
        what = f"the rows have {usual} x {len(rows)} cells; the limit is {MAX_CELLS:,}"
        raise text.mistake(what, path, hint="split the map")


def _unknown_character(
    character: str, path: JsonPath, index: int, legend: Mapping[str, str | None], text: JsonText
) -> MapError:
    known = ", ".join(shown(key) for key in list(legend)[:20])
    hint = f'add it to the "legend", or use one of {known}'
    what = f"the legend has no {shown(character)}"
    return text.mistake(what, path, hint=hint, character=index)


def _read_cells(cells: Sequence[CellForm], path: JsonPath, weight: float, text: JsonText) -> Layer:
    terrains: dict[Cell, str] = {}
    centres: dict[Cell, Point] = {}
    named_at: dict[str, JsonPath] = {}
    for index, form in enumerate(cells):
        x, y, name, centre = _cell(form)
        at = (*path, "cells", index)
        if (x, y) in terrains:
            raise text.mistake(f"the cell [{x}, {y}] is given twice", at, hint="remove one of the two")
        if (centre is None) != (not centres) and index:
            what = f"the cell [{x}, {y}] has {'no' if centre is None else 'a'} centre, unlike those before it"
            raise text.mistake(what, at, hint="give all cells of a layer a centre, or none")
        terrains[x, y] = name
        if centre is not None:
            centres[x, y] = centre
        if name not in named_at:
            named_at[name] = (*at, "terrain" if isinstance(form, CellEntry) else 2)
    return Layer(terrains, (*path, "cells"), named_at, weight, centres or None)


def _cell(form: CellForm) -> tuple[int, int, str, Point | None]:
    if isinstance(form, CellEntry):
        return form.x, form.y, form.terrain, form.centre
    if len(form) == 5:
        return form[0], form[1], form[2], (form[3], form[4])
    return (*form, None)
