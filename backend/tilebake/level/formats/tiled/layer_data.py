"""Read the tiles of a layer: as numbers in a rectangle, however the editor packed them."""

import base64
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress, repeat
from typing import Final

from tilebake.level.formats.inflate import DamagedDataError, inflate
from tilebake.level.formats.tiled.tiled_file import ChunkEntry, TiledLayer
from tilebake.level.map.content import MAX_CELLS
from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.refuse import Refuse

BYTES_OF_A_NUMBER: Final = 4
MOST_ROOM: Final = 4 * MAX_CELLS  # of the rectangle around all chunks that hold a tile
_SIGNS_OF_A_NUMBER: Final = 16  # of CSV, at most: ten digits, a comma and a line break
_MORE_SIGNS: Final = 1024
_ANEW: Final = "save the map anew in Tiled"


@dataclass(frozen=True)
class TileNumbers:
    """Hold what a layer says of cells in a rectangle: numbers with their flags, 0 for no tile, row by row."""

    x: int
    y: int
    width: int
    height: int
    numbers: "array[int]"

    def columns(self) -> tuple["array[int]", "array[int]", "array[int]"]:
        """Return x, y and number of each cell that has a tile, row by row."""
        xs = chain.from_iterable(repeat(range(self.x, self.x + self.width), self.height))
        ys = chain.from_iterable(map(repeat, range(self.y, self.y + self.height), repeat(self.width)))
        x, y = (array("i", compress(column, self.numbers)) for column in (xs, ys))
        return x, y, array("I", filter(None, self.numbers))

    def moved(self, x: int, y: int) -> "TileNumbers":
        """Return the same tiles, so many cells further."""
        return TileNumbers(self.x + x, self.y + y, self.width, self.height, self.numbers)


def read_numbers(layer: TiledLayer, size: tuple[int, int], path: JsonPath, refuse: Refuse) -> TileNumbers:
    """Return the tiles of a layer. `size` is the map's, in cells.

    Raises what `refuse` makes for data that is damaged, or of more cells than a map may have.
    """
    if layer.chunks is not None:
        return _join_chunks([*_chunks(layer, layer.chunks, path, refuse)], path, refuse)
    width, height = layer.width or size[0], layer.height or size[1]
    if layer.data in ("", None) or not width * height:
        return TileNumbers(0, 0, 0, 0, array("I"))
    return TileNumbers(0, 0, width, height, _unpack(layer, layer.data, width * height, path, refuse))


def _chunks(
    layer: TiledLayer, chunks: Sequence[ChunkEntry], path: JsonPath, refuse: Refuse
) -> Iterator[TileNumbers]:
    """Yield the chunks in which there is a tile."""
    if sum(chunk.width * chunk.height for chunk in chunks) > MOST_ROOM:
        raise refuse(_too_large(), path, hint="split the map")
    for index, chunk in enumerate(chunks):
        cells = chunk.width * chunk.height
        numbers = _unpack(layer, chunk.data, cells, (*path, "chunks", index), refuse)
        if any(numbers):
            yield TileNumbers(chunk.x, chunk.y, chunk.width, chunk.height, numbers)


def _join_chunks(chunks: Sequence[TileNumbers], path: JsonPath, refuse: Refuse) -> TileNumbers:
    """Put chunks into one rectangle."""
    if not chunks:
        return TileNumbers(0, 0, 0, 0, array("I"))
    left, top = min(each.x for each in chunks), min(each.y for each in chunks)
    width = max(each.x + each.width for each in chunks) - left
    height = max(each.y + each.height for each in chunks) - top
    if width * height > MOST_ROOM:
        what = f"its tiles lie in a rectangle of {width:,} x {height:,} cells; the limit is {MAX_CELLS:,}"
        raise refuse(what, path, hint="is a chunk far away from all others a mistake? Or split the map")
    numbers = array("I", bytes(BYTES_OF_A_NUMBER * width * height))
    for each in chunks:
        for row in range(each.height):
            at = (each.y - top + row) * width + each.x - left
            numbers[at : at + each.width] = each.numbers[row * each.width : (row + 1) * each.width]
    return TileNumbers(left, top, width, height, numbers)


def _unpack(layer: TiledLayer, data: object, cells: int, path: JsonPath, refuse: Refuse) -> "array[int]":
    """Return the numbers of so many cells."""
    if cells > MAX_CELLS:
        raise refuse(_too_large(), path, hint="split the map")
    try:
        numbers = _decode(layer, data, cells)
    except DamagedDataError as error:
        raise refuse(str(error), path, hint=_ANEW) from None
    except (ValueError, TypeError, OverflowError) as error:
        raise refuse(f"its data cannot be read: {error}", path, hint=_ANEW) from None
    if len(numbers) != cells:
        raise refuse(f"its data has {len(numbers):,} tiles, and {cells:,} are due", path, hint=_ANEW)
    return numbers


def _decode(layer: TiledLayer, data: object, cells: int) -> "array[int]":
    """Decode data. Raises ValueError, TypeError or OverflowError for what is damaged."""
    if not isinstance(data, str):
        values: Sequence[int] = data if isinstance(data, list) else []
        if values and isinstance(values[0], str):  # XML, a tile an element
            values = [int(value) for value in values]
        return array("I", values)
    if layer.encoding in ("", "csv"):
        if len(data) > _SIGNS_OF_A_NUMBER * cells + _MORE_SIGNS:
            raise DamagedDataError(f"its data is too long for {cells:,} tiles")
        return array("I", map(int, data.split(",")))
    if layer.encoding != "base64":
        raise DamagedDataError(f"the encoding {snippet(layer.encoding)} is not known")
    packed = base64.b64decode("".join(data.split()), validate=True)
    numbers = array("I", inflate(packed, layer.compression, cells * BYTES_OF_A_NUMBER))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _too_large() -> str:
    return f"it has more cells than a map may have; the limit is {MAX_CELLS:,}"
