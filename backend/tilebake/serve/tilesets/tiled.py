"""Write a sheet as a tileset of Tiled: a .tsx that names the picture beside it, with a set of corners."""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from tilebake.level.torus.corner_set import Corners
from tilebake.serve.tilesets.sheet import Sheet


def write_tsx(sheet: Sheet) -> str:
    """Return the text of the .tsx."""
    size = sheet.tile_size
    width, height = size * sheet.columns, size * len(sheet.tiles) // sheet.columns
    wang = "\n".join((*_colours(sheet), *_tiles(sheet)))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<tileset version="1.10" name={quoteattr(sheet.name)} tilewidth="{size}" tileheight="{size}" \
tilecount="{len(sheet.tiles)}" columns="{sheet.columns}">
 <image source={quoteattr(sheet.image)} width="{width}" height="{height}"/>
 <wangsets>
  <wangset name={quoteattr(sheet.name)} type="corner" tile="-1">
{wang}
  </wangset>
 </wangsets>
</tileset>
"""


def _colours(sheet: Sheet) -> Iterator[str]:
    """Yield a line for each terrain, shown by the tile that has it at all corners."""
    full = {tile.corners: tile.row * sheet.columns + tile.column for tile in reversed(sheet.tiles)}
    for index, (name, colour) in enumerate(zip(sheet.terrains, sheet.colours, strict=True)):
        red, green, blue = (round(255 * channel) for channel in colour)
        yield (
            f'   <wangcolor name={quoteattr(name)} color="#{red:02x}{green:02x}{blue:02x}" '
            f'tile="{full[Corners(index, index, index, index)]}" probability="1"/>'
        )


def _tiles(sheet: Sheet) -> Iterator[str]:
    """Yield a line for each tile, with its terrains from 1 on, clockwise from the top."""
    for tile in sheet.tiles:
        top_left, top_right, bottom_left, bottom_right = (terrain + 1 for terrain in tile.corners)
        wangid = f"0,{top_right},0,{bottom_right},0,{bottom_left},0,{top_left}"
        number = tile.row * sheet.columns + tile.column
        yield f'   <wangtile tileid="{number}" wangid="{wangid}"/>'
