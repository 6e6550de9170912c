"""Write a sheet as a tileset of Tiled: a .tsx that names the picture beside it, with a terrain set.

Tiled tells tiles of a blob apart by their sides and corners alone. There a tile that goes on nowhere is the
ground's, so it is left out of the set; and what each tile is, is a property of it.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.sax.saxutils import quoteattr

from tilebake.level.torus.blob_set import GROUND, BlobTile
from tilebake.level.torus.set_form import SetForm
from tilebake.level.torus.tile_layout import SetTile
from tilebake.serve.tilesets.sheet import Sheet

_WANG_TYPES: Final[Mapping[SetForm, str]] = {"corners": "corner", "dual_grid": "corner", "blob": "mixed"}


def write_tsx(sheet: Sheet) -> str:
    """Return the text of the .tsx."""
    size = sheet.tile_size
    width, height = size * sheet.columns, size * len(sheet.tiles) // sheet.columns
    wang = "\n".join((*_colours(sheet), *_tiles(sheet)))
    owned = "".join(f"{line}\n" for line in _name_terrains(sheet))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<tileset version="1.10" name={quoteattr(sheet.name)} tilewidth="{size}" tileheight="{size}" \
tilecount="{len(sheet.tiles)}" columns="{sheet.columns}">
 <image source={quoteattr(sheet.image)} width="{width}" height="{height}"/>
{owned} <wangsets>
  <wangset name={quoteattr(sheet.name)} type="{_WANG_TYPES[sheet.form]}" tile="-1">
{wang}
  </wangset>
 </wangsets>
</tileset>
"""


def _colours(sheet: Sheet) -> Iterator[str]:
    """Yield a line for each terrain, shown by the tile that has nothing else."""
    whole = {
        around.pop(): tile.row * sheet.columns + tile.column
        for tile in reversed(sheet.tiles)
        if len(around := {*_terrains_around(tile.tile)}) == 1 and _is_in_set(tile.tile)
    }
    for index, (name, colour) in enumerate(zip(sheet.terrains, sheet.colours, strict=True)):
        red, green, blue = (round(255 * channel) for channel in colour)
        yield (
            f'   <wangcolor name={quoteattr(name)} color="#{red:02x}{green:02x}{blue:02x}" '
            f'tile="{whole[index]}" probability="1"/>'
        )


def _tiles(sheet: Sheet) -> Iterator[str]:
    """Yield a line for each tile, with its terrains from 1 on, clockwise from the top."""
    for tile in sheet.tiles:
        if _is_in_set(tile.tile):
            around = [terrain + 1 for terrain in _terrains_around(tile.tile)]
            numbers = around if isinstance(tile.tile, BlobTile) else [n for each in around for n in (0, each)]
            number = tile.row * sheet.columns + tile.column
            yield f'   <wangtile tileid="{number}" wangid="{",".join(map(str, numbers))}"/>'


def _name_terrains(sheet: Sheet) -> Iterator[str]:
    """Yield lines for each tile of a blob: the terrain that it is a tile of."""
    for tile in sheet.tiles:
        if isinstance(tile.tile, BlobTile):
            yield f' <tile id="{tile.row * sheet.columns + tile.column}">'
            value = quoteattr(sheet.terrains[tile.tile.terrain])
            yield f'  <properties><property name="terrain" value={value}/></properties>'
            yield " </tile>"


def _terrains_around(tile: SetTile) -> list[int]:
    """Return the terrains of a tile clockwise: from the top of a blob's, else from the top right corner."""
    if isinstance(tile, BlobTile):
        return [tile.terrain if goes_on else GROUND for goes_on in tile.around]
    return [tile.top_right, tile.bottom_right, tile.bottom_left, tile.top_left]


def _is_in_set(tile: SetTile) -> bool:
    return not isinstance(tile, BlobTile) or tile.terrain == GROUND or any(tile.around)
