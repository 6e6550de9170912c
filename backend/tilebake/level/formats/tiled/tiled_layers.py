"""Turn the layers of a Tiled map into those that are painted: terrains, and how much of a cell each has."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import Final, NamedTuple

from tilebake.level.formats.format_table import FormatTable
from tilebake.level.formats.tiled.layer_data import TileNumbers, read_numbers
from tilebake.level.formats.tiled.tile_terrains import TerrainShares, Tilesets, terrain_of
from tilebake.level.formats.tiled.tiled_file import TiledLayer, TiledMap
from tilebake.level.formats.tiled.tiled_grid import cells_of_offset
from tilebake.level.map.content import MAX_CELLS, Cell, MapLayer
from tilebake.level.map.tile_columns import Cells
from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.refuse import Refuse

_NUMBER: Final = 0x0FFFFFFF  # of a tile; the bits above flip and turn it
_MOST_CELLS: Final = 8 * MAX_CELLS  # of all layers together
_MOST_LAYERS: Final = 256
_MAX_DEPTH: Final = 32  # of groups


class _Shown(NamedTuple):
    """Hold a layer of tiles that shows, with what the groups around it add."""

    entry: TiledLayer
    path: JsonPath
    weight: float
    offset: tuple[float, float]  # map pixels
    terrain: str | None  # of tiles of which nothing else says more


def read_tiled_layers(
    entry: TiledMap, tilesets: Tilesets, table: FormatTable, first: Cell, refuse: Refuse
) -> list[MapLayer]:
    """Return what is painted, the lowest first, with the map's cell [0, 0] at `first`.

    Raises the error that `refuse` makes for a wrong place.
    """
    around = _Shown(TiledLayer(), (), 1.0, (0.0, 0.0), None)
    shown = [each for each in _shown(entry.layers, around, 0, refuse) if table.reads(each.entry.name)]
    if len(shown) > _MOST_LAYERS:
        raise refuse(
            f"has {len(shown):,} layers of tiles; the limit is {_MOST_LAYERS}", ("layers",), hint="join some"
        )
    layers: list[MapLayer] = []
    cells = 0
    for each in shown:
        numbers = read_numbers(each.entry, (entry.width, entry.height), each.path, refuse)
        cells += len(numbers.numbers)
        if cells > _MOST_CELLS:
            hint = "split the map, or name the layers that count in [tiled] of tilebake.toml"
            raise refuse(f"its layers have more than {_MOST_CELLS:,} cells", each.path, hint=hint)
        x, y = cells_of_offset(entry, *each.offset, each.path, refuse)
        layers.extend(_read_layer(each, numbers.moved(first[0] + x, first[1] + y), tilesets, refuse))
    return layers


def _shown(layers: Sequence[TiledLayer], around: _Shown, depth: int, refuse: Refuse) -> Iterator[_Shown]:
    """Yield the layers of tiles that can be seen, in groups too, the lowest first."""
    for index, entry in enumerate(layers):
        path = (*around.path, "layers", index)
        weight = around.weight * entry.opacity
        if not entry.visible or weight == 0:
            continue
        offset = around.offset[0] + entry.offsetx, around.offset[1] + entry.offsety
        own = terrain_of(entry)
        each = _Shown(entry, path, weight, offset, around.terrain if own is None else own)
        if entry.type == "tilelayer":
            yield each
        elif entry.type == "group":
            if depth >= _MAX_DEPTH:
                raise refuse(f"groups are nested more than {_MAX_DEPTH} deep", path, hint="flatten them")
            yield from _shown(entry.layers, each, depth + 1, refuse)


def _read_layer(
    layer: _Shown, numbers: TileNumbers, tilesets: Tilesets, refuse: Refuse
) -> Iterator[MapLayer]:
    """Yield what a layer paints: several layers, one above the other, where terrains share its tiles."""
    x, y, found = numbers.columns()
    shares = {number: _shares_of(number & _NUMBER, layer, tilesets, refuse) for number in {*found}}
    stacks = {number: _covers(each, layer.weight) for number, each in shares.items()}
    for level in range(max(map(len, stacks.values()), default=0)):
        at_level = {number: stack[level] for number, stack in stacks.items() if level < len(stack)}
        for weight in sorted({cover for _, cover in at_level.values()}):
            terrains = {number: name for number, (name, cover) in at_level.items() if cover == weight}
            yield _layer_of(layer.path, terrains, weight, (x, y, found))


def _shares_of(number: int, layer: _Shown, tilesets: Tilesets, refuse: Refuse) -> TerrainShares:
    found = tilesets.find(number)
    if found is None:
        what = f"the tile {number} of the layer {snippet(layer.entry.name)} is of no tileset"
        raise refuse(what, layer.path, hint="save the map anew in Tiled")
    tileset, tile = found
    shares = tileset.shares_of(tile, layer.terrain)
    if shares is None:
        name = tileset.entry.name
        what = f"nothing says which terrain the tile {tile} of the tileset {snippet(name)} is"
        hint = (
            'give it, its layer or its tileset a property "terrain" in Tiled ("" paints nothing),'
            " or name it in [tiled.terrains] of tilebake.toml"
        )
        raise refuse(what, layer.path, hint=hint)
    return shares


def _covers(shares: TerrainShares, weight: float) -> tuple[tuple[str, float], ...]:
    """Return with what weights terrains cover one another so that each has its share, the lowest first."""
    covers: list[tuple[str, float]] = []
    left = 1.0  # of what lies below, as the terrains above leave it
    for name, share in reversed(shares):
        cover = min(1.0, share * weight / left)
        covers.append((name, 1.0 if cover > 1 - 1e-9 else cover))
        left -= share * weight
    return tuple(reversed(covers))


def _layer_of(
    path: JsonPath,
    terrains: Mapping[int, str],
    weight: float,
    columns: tuple["array[int]", "array[int]", "array[int]"],
) -> MapLayer:
    """Make a layer of the tiles with some numbers."""
    x, y, numbers = columns
    names = tuple(dict.fromkeys(terrains.values()))
    index = {number: names.index(name) for number, name in terrains.items()}
    if not len(numbers) or not {*numbers} - index.keys():
        cells = Cells(names, array("i", map(index.__getitem__, numbers)), x, y)
    else:
        is_one = bytes(map(index.__contains__, numbers))
        terrain = array("i", map(index.__getitem__, compress(numbers, is_one)))
        x, y = (array("i", compress(column, is_one)) for column in (x, y))
        cells = Cells(names, terrain, x, y)
    return MapLayer(cells, path, dict.fromkeys(names, path), weight)
