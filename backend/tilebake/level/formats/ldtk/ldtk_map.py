"""Read a level of the editor LDtk: the numbers of its IntGrid layers are terrains, by their names."""

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, repeat
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import MapError, TilebakeError
from tilebake.level.formats.beside import Beside
from tilebake.level.formats.format_table import ALL_OTHERS, NOTHING, FormatTable, find_terrain
from tilebake.level.formats.ldtk.ldtk_file import INT_GRID, LayerDefinition, LayerInstance, LdtkLayers
from tilebake.level.formats.ldtk.ldtk_project import FoundLevel, LdtkLevels, read_levels
from tilebake.level.formats.lenient_model import validate
from tilebake.level.formats.part import Part, file_of, part_of
from tilebake.level.map.content import MAX_CELLS, MapContent, MapLayer, Rectangle
from tilebake.level.map.grid import Grid
from tilebake.level.map.tile_columns import Cells, Centres
from tilebake.level.source.encoding import decode
from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.json_text import JsonText
from tilebake.level.source.refuse import Refuse

_EDITOR: Final = "ldtk"
_MOST_CELLS: Final = 8 * MAX_CELLS  # of all layers of a level
_ANEW: Final = "save the project anew in LDtk"


class _Place(NamedTuple):
    """Hold where a level lies: its first cell, and by how many map pixels it lies beside the grid."""

    x: int
    y: int
    beside: tuple[int, int]
    size: int  # of a cell, in map pixels


class _LevelLayers(NamedTuple):
    """Hold a level's layers, and how errors in them are made: they may stand in a file of their own."""

    layers: Sequence[LayerInstance]
    path: JsonPath
    refuse: Refuse


def list_levels(data: str | bytes, path: Path | None, beside: Beside) -> tuple[Part, ...]:
    """Return the levels of a project. Raises MapError."""
    return read_levels(data, path, beside).parts


def read_ldtk(data: str | bytes, path: Path | None, beside: Beside) -> MapContent:
    """Read the level that a path names, or the only one. Raises MapError with line, column and JSON path."""
    project = read_levels(data, path, beside)
    found = _find_level(project, path)
    table = beside.table(_EDITOR)
    definitions = {name: each for name, each in project.layers.items() if table.reads(name)}
    size = _cell_size(definitions, project.refuse)
    layers = _layers_of(found, path, project.refuse, beside)
    place = _place(found, size)
    columns, rows = (math.ceil(each / size) for each in (found.level.width, found.level.height))
    if columns * rows > MAX_CELLS:
        what = f"the level has {columns:,} x {rows:,} cells; the limit is {MAX_CELLS:,}"
        raise project.refuse(what, found.path, hint="split the level")
    return MapContent(
        grid=Grid("square", (size, size)),
        layers=[*_read_layers(layers, definitions, place, table)],
        refuse=layers.refuse,
        extent=Rectangle(place.x, place.y, columns, rows),
    )


def _find_level(project: LdtkLevels, path: Path | None) -> FoundLevel:
    name = None if path is None else part_of(path)
    names = [*project.levels]
    if name is None and len(names) == 1:
        return project.levels[names[0]]
    if name is None:
        file = "world.ldtk" if path is None else path.name
        what = f"the project has {len(names)} levels, and each is a map of its own"
        raise project.refuse(what, hint=f"name one of them, as in {file}#{names[0]}")
    if name not in project.levels:
        hint = f"its levels are {', '.join(names[:20])}"
        raise project.refuse(f"the project has no level {snippet(name)}", hint=hint)
    return project.levels[name]


def _cell_size(definitions: Mapping[str, LayerDefinition], refuse: Refuse) -> int:
    """Return the size of the smallest cells, in map pixels: all others are made of whole ones."""
    sizes = [each.grid_size for each in definitions.values()]
    if not sizes:
        what = "the project has no IntGrid layer that is painted"
        hint = "add one in LDtk, whose values are terrains, or correct layers in [ldtk] of tilebake.toml"
        raise refuse(what, ("defs", "layers"), hint=hint)
    size = min(sizes)
    if odd := next((each for each in sizes if each % size), None):
        what = f"IntGrid layers have cells of {size} and of {odd} pixels, which do not fit each other"
        hint = "name those that count in layers, in [ldtk] of tilebake.toml"
        raise refuse(what, ("defs", "layers"), hint=hint)
    return size


def _place(found: FoundLevel, size: int) -> _Place:
    """Return where a level lies in its world; one that stands alone begins at the origin."""
    x, y = (found.level.world_x, found.level.world_y) if found.world is not None else (0, 0)
    return _Place(x // size, y // size, (x % size, y % size), size)


def _layers_of(found: FoundLevel, path: Path | None, refuse: Refuse, beside: Beside) -> _LevelLayers:
    """Return a level's layers, from its own file if it has one."""
    level = found.level
    if level.layers is not None or level.file is None:
        return _LevelLayers(level.layers or (), (*found.path, "layerInstances"), refuse)

    def refuse_file(what: str, hint: str) -> TilebakeError:
        return refuse(f"the level's file: {what}", (*found.path, "externalRelPath"), hint=hint)

    file, data = beside.read(level.file, None if path is None else file_of(path), refuse_file)
    source = JsonText(decode(data, file, MapError), file)
    own = validate(LdtkLayers, source.parse(), source.error_at)
    return _LevelLayers(own.layers or (), ("layerInstances",), source.error_at)


def _read_layers(
    level: _LevelLayers, definitions: Mapping[str, LayerDefinition], place: _Place, table: FormatTable
) -> Iterator[MapLayer]:
    """Yield the layers that are painted, the lowest first: LDtk lists the uppermost first."""
    cells = 0
    for index, layer in reversed([*enumerate(level.layers)]):
        path = (*level.path, index)
        is_painted = layer.type == INT_GRID and layer.identifier in definitions
        if not is_painted or not layer.visible or layer.opacity == 0:
            continue
        cells += layer.columns * layer.rows * (max(1, layer.grid_size // place.size)) ** 2
        if cells > _MOST_CELLS:
            raise level.refuse("the level has too many cells", path, hint="split the level")
        numbers = _numbers(layer, path, level.refuse)
        terrains = _terrains(definitions[layer.identifier], {*numbers} - {0}, table, path, level.refuse)
        yield _layer_of(layer, numbers, terrains, place, path, level.refuse)


def _numbers(layer: LayerInstance, path: JsonPath, refuse: Refuse) -> "array[int]":
    due = layer.columns * layer.rows
    try:
        numbers = array("i", layer.numbers if isinstance(layer.numbers, list) else ())
    except (TypeError, OverflowError) as error:
        raise refuse(f"its numbers cannot be read: {error}", (*path, "intGridCsv"), hint=_ANEW) from None
    if len(numbers) != due:
        what = f"it has {len(numbers):,} numbers, and {layer.columns} x {layer.rows} are due"
        raise refuse(what, (*path, "intGridCsv"), hint=_ANEW)
    return numbers


def _terrains(
    definition: LayerDefinition, numbers: Iterable[int], table: FormatTable, path: JsonPath, refuse: Refuse
) -> Mapping[int, str]:
    """Return the terrains of the numbers that are painted.

    The first counts that says something: tilebake.toml, the number's name in LDtk, and what tilebake.toml
    says of all others.
    """
    names = {each.value: each.identifier for each in definition.values if each.identifier}
    said = table.terrains.get(definition.identifier, {})
    terrains: dict[int, str] = {}
    for number in sorted(numbers):
        own = [names[number]] if number in names else []
        words = (find_terrain(said, number, *own), *own, said.get(ALL_OTHERS))
        terrain = next((word for word in words if word is not None), None)
        if terrain is None:
            what = f"nothing says which terrain the value {number} of {snippet(definition.identifier)} is"
            hint = "name the value in LDtk, or in [ldtk.terrains] of tilebake.toml"
            raise refuse(what, path, hint=hint)
        if terrain.strip() != NOTHING:
            terrains[number] = terrain
    return terrains


def _layer_of(
    layer: LayerInstance,
    numbers: "array[int]",
    terrains: Mapping[int, str],
    place: _Place,
    path: JsonPath,
    refuse: Refuse,
) -> MapLayer:
    """Return a layer in the cells of the world."""
    if layer.grid_size % place.size:
        raise refuse(f"its cells have {layer.grid_size} pixels, unlike its definition's", path, hint=_ANEW)
    times = layer.grid_size // place.size
    width, height = layer.columns * times, layer.rows * times
    if times > 1:
        numbers = _enlarged(numbers, layer.columns, times)
    left, top = place.x + round(layer.offset_x / place.size), place.y + round(layer.offset_y / place.size)
    names = tuple(dict.fromkeys(terrains.values()))
    index = {number: names.index(name) for number, name in terrains.items()}
    is_tile = bytes(map(index.__contains__, numbers))
    x = array("i", compress(chain.from_iterable(repeat(range(left, left + width), height)), is_tile))
    rows = chain.from_iterable(map(repeat, range(top, top + height), repeat(width)))
    y = array("i", compress(rows, is_tile))
    terrain = array("i", map(index.__getitem__, compress(numbers, is_tile)))
    return MapLayer(
        Cells(names, terrain, x, y, _centres(x, y, place)), path, dict.fromkeys(names, path), layer.opacity
    )


def _enlarged(numbers: "array[int]", columns: int, times: int) -> "array[int]":
    """Return numbers of cells so many times as fine, along both axes."""
    finer = array("i")
    for start in range(0, len(numbers), columns):
        row = array(
            "i", chain.from_iterable(zip(*repeat(numbers[start : start + columns], times), strict=True))
        )
        finer.extend(row * times)
    return finer


def _centres(x: "array[int]", y: "array[int]", place: _Place) -> Centres | None:
    """Return the centres of a level that lies beside the world's grid; None for all others."""
    if place.beside == (0, 0) or not x:
        return None
    shift_x, shift_y = (place.size / 2 + shift for shift in place.beside)
    return Centres(
        array("d", [cell * place.size + shift_x for cell in x]),
        array("d", [cell * place.size + shift_y for cell in y]),
    )
