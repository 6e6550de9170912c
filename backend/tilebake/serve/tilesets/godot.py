"""Write a sheet as a TileSet of Godot 4: a .tres that names the picture beside it, with terrains by corners.

Godot takes a tile for a cell only if all of its terrains are those that are wanted: the cell's own, and those
of its corners, of which some have none where nothing is painted beside. So each tile is there under several
numbers, once for every such case: as the cell of each of its terrains, and with some corners open.
"""

from collections.abc import Iterator
from itertools import product
from typing import Final

from tilebake.level.torus.corner_set import Corners
from tilebake.serve.tilesets.sheet import Sheet

MATCH_CORNERS: Final = 1  # TileSet.TERRAIN_MODE_MATCH_CORNERS
OPEN: Final = -1  # what Godot calls the terrain of a corner beside which nothing is painted


def write_tres(sheet: Sheet) -> str:
    """Return the text of the .tres."""
    size = f"Vector2i({sheet.tile_size}, {sheet.tile_size})"
    tiles = "\n".join(_tiles(sheet))
    terrains = "\n".join(
        f"terrain_set_0/terrain_{index}/name = {_quote(name)}\n"
        f"terrain_set_0/terrain_{index}/color = Color({red:.3g}, {green:.3g}, {blue:.3g}, 1)"
        for index, (name, (red, green, blue)) in enumerate(zip(sheet.terrains, sheet.colours, strict=True))
    )
    return f"""[gd_resource type="TileSet" load_steps=3 format=3]

[ext_resource type="Texture2D" path={_quote(sheet.image)} id="1"]

[sub_resource type="TileSetAtlasSource" id="1"]
texture = ExtResource("1")
texture_region_size = {size}
{tiles}

[resource]
tile_size = {size}
terrain_set_0/mode = {MATCH_CORNERS}
{terrains}
sources/0 = SubResource("1")
"""


def _tiles(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of every tile, under each of its numbers."""
    cases = {tile.corners: [tile.corners] for tile in sheet.tiles}
    terrains = range(len(sheet.terrains))
    for corners in (Corners(*each) for each in product((OPEN, *terrains), repeat=4)):
        if OPEN in corners and set(corners) != {OPEN}:
            cases[_close(corners)].append(corners)
    for tile in sheet.tiles:
        pairs = [(case, own) for case in cases[tile.corners] for own in dict.fromkeys(case) if own != OPEN]
        for number, (corners, own) in enumerate(pairs):
            place = f"{tile.column}:{tile.row}/{number}"
            yield f"{place} = {number}"
            yield f"{place}/terrain_set = 0"
            yield f"{place}/terrain = {own}"
            for corner, terrain in corners._asdict().items():
                if terrain != OPEN:
                    yield f"{place}/terrains_peering_bit/{corner}_corner = {terrain}"


def _close(corners: Corners) -> Corners:
    """Return what is shown where some corners are open: there goes on what is beside them, or else above."""
    top_left, top_right, bottom_left, bottom_right = corners
    top = _first(top_left, top_right), _first(top_right, top_left)
    bottom = _first(bottom_left, bottom_right), _first(bottom_right, bottom_left)
    return Corners(*map(_first, top, bottom), *map(_first, bottom, top))


def _first(terrain: int, otherwise: int) -> int:
    return otherwise if terrain == OPEN else terrain


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
