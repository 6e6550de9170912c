"""Write a sheet as a TileSet of Godot 4: a .tres that names the picture beside it, with its terrains.

Godot takes a tile for a cell only if all of its terrains are those that are wanted: the cell's own, and those
of its corners, of which some have none where nothing is painted beside. So each tile is there under several
numbers, once for every such case. Tiles of blobs and of dual grids are there once.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final, NamedTuple

from tilebake.level.torus.blob_set import OVER, BlobTile
from tilebake.level.torus.corner_set import Corners
from tilebake.level.torus.tile_layout import SetTile
from tilebake.serve.tilesets.sheet import Sheet

MATCH_CORNERS_AND_SIDES: Final = 0  # TileSet.TERRAIN_MODE_MATCH_CORNERS_AND_SIDES
MATCH_CORNERS: Final = 1
OPEN: Final = -1  # what Godot calls the terrain of a side or corner beside which nothing is painted


class _Case(NamedTuple):
    """Hold a tile's terrains under one of its numbers: its own, and those that are wanted around it."""

    own: int
    around: Mapping[str, int]  # by the names that Godot has for sides and corners


def write_tres(sheet: Sheet) -> str:
    """Return the text of the .tres."""
    size = f"Vector2i({sheet.tile_size}, {sheet.tile_size})"
    mode = MATCH_CORNERS_AND_SIDES if sheet.form == "blob" else MATCH_CORNERS
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
terrain_set_0/mode = {mode}
{terrains}
sources/0 = SubResource("1")
"""


def _tiles(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of every tile, under each of its numbers."""
    cases_of = _list_cases(sheet)
    for tile in sheet.tiles:
        for number, case in enumerate(cases_of[tile.tile]):
            place = f"{tile.column}:{tile.row}/{number}"
            yield f"{place} = {number}"
            yield f"{place}/terrain_set = 0"
            if case.own != OPEN:
                yield f"{place}/terrain = {case.own}"
            for name, terrain in case.around.items():
                if terrain != OPEN:
                    yield f"{place}/terrains_peering_bit/{name} = {terrain}"


def _list_cases(sheet: Sheet) -> Mapping[SetTile, list[_Case]]:
    """List the cases of each tile."""
    tiles = [each.tile for each in sheet.tiles]
    corners = [tile for tile in tiles if isinstance(tile, Corners)]
    match sheet.form:
        case "blob":
            return {tile: [_case_of_blob(tile)] for tile in tiles if isinstance(tile, BlobTile)}
        case "dual_grid":
            return {tile: [_case_of_dual_grid(tile)] for tile in corners}
        case "corners":
            return _cases_of_corners(corners, len(sheet.terrains))


def _cases_of_corners(tiles: list[Corners], count: int) -> Mapping[SetTile, list[_Case]]:
    """List each tile as the cell of each of its terrains, and with some corners open."""
    all_corners = {tile: [tile] for tile in tiles}
    for corners in (Corners(*each) for each in product((OPEN, *range(count)), repeat=4)):
        if OPEN in corners and set(corners) != {OPEN}:
            all_corners[_close(corners)].append(corners)
    return {
        tile: [_Case(own, _by_corner(each)) for each in found for own in dict.fromkeys(each) if own != OPEN]
        for tile, found in all_corners.items()
    }


def _case_of_dual_grid(corners: Corners) -> _Case:
    """Return a tile as TileMapDual has it: only full ones have a terrain of their own."""
    return _Case(corners.top_left if len({*corners}) == 1 else OPEN, _by_corner(corners))


def _by_corner(corners: Corners) -> Mapping[str, int]:
    return {f"{name}_corner": terrain for name, terrain in corners._asdict().items()}


def _case_of_blob(tile: BlobTile) -> _Case:
    """Return a tile as blobs have it: where it does not go on, nothing is wanted, be it ground or no tile.

    So the ground wants nothing at all, and there are as few cases as tiles: Godot tries each at every cell.
    """
    is_over = tile.terrain == OVER
    around = {name: OVER for name, goes_on in tile.around._asdict().items() if is_over and goes_on}
    return _Case(tile.terrain, around)


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
