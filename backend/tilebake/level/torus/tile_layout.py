"""Say what the tiles of a TileSet are, and where they stand on the torus and on the sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tilebake.level.torus.blob_set import GROUND, SHEET_COLUMNS, BlobTile, blob_tile_at
from tilebake.level.torus.corner_set import Arrangement, Corners, tiles_of
from tilebake.level.torus.edge_kinds import EdgeKinds, kinds_of
from tilebake.level.torus.set_form import TileSetForm

if TYPE_CHECKING:
    from tilebake.level.tilemap import TileMap

SetTile = Corners | BlobTile
TilePlace = tuple[int, int]  # row and column of a tile

# Where TileMapDual looks for each tile, in columns and rows, by 1, 2, 4, 8 for corners in reading order
_DUAL_PLACES: Final = (
    *((0, 3), (3, 3), (0, 2), (1, 2), (0, 0), (3, 2), (2, 3), (3, 1)),
    *((1, 3), (0, 1), (1, 0), (2, 2), (3, 0), (2, 0), (1, 1), (2, 1)),
)
_DUAL_COLUMNS: Final = 4


@dataclass(frozen=True, eq=False)
class SetLayout:
    """Hold the tiles of a TileSet by their places."""

    kinds: EdgeKinds
    margin: float  # from the picture's left and upper edge to the first corner, in tiles
    tiles: tuple[tuple[SetTile, ...], ...]  # those on the torus
    sheet: tuple[tuple[TilePlace, ...], ...]  # the place on the torus of each tile on the sheet

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of tiles on the torus."""
        return len(self.tiles), len(self.tiles[0])

    def sheet_tiles(self) -> Iterator[tuple[int, int, SetTile]]:
        """Yield the column and row of every tile on the sheet, with the tile."""
        for row, places in enumerate(self.sheet):
            for column, (r, c) in enumerate(places):
                yield column, row, self.tiles[r][c]

    def places_on_sheet(self) -> tuple[tuple[TilePlace, ...], ...]:
        """Return for each place on the torus where on the sheet its tile stands, or one like it."""
        of_tile: dict[SetTile, TilePlace] = {}
        of_place: dict[TilePlace, TilePlace] = {}
        for row, places in enumerate(self.sheet):
            for column, place in enumerate(places):
                of_place[place] = row, column
                of_tile.setdefault(self.tiles[place[0]][place[1]], (row, column))
        return tuple(
            tuple(of_place.get((r, c), of_tile[tile]) for c, tile in enumerate(tiles))
            for r, tiles in enumerate(self.tiles)
        )


def layout_of(tilemap: "TileMap") -> SetLayout:
    """Return the layout of a TileSet's map."""
    assert tilemap.tile_set is not None, "the map is a TileSet"
    tiles = tilemap.tiles
    columns = len({*tiles.x})
    index = [tilemap.tile_set.terrains.index(name) for name in tiles.names]
    terrains = [index[terrain] for terrain in tiles.terrain]
    cells = tuple(tuple(terrains[start : start + columns]) for start in range(0, len(terrains), columns))
    return lay_out(tilemap.tile_set, cells)


def lay_out(tile_set: TileSetForm, cells: Arrangement) -> SetLayout:
    """Return the layout of a TileSet whose map has these cells."""
    step = tile_set.cells_along_tile
    rows, columns = len(cells) // step, len(cells[0]) // step
    if tile_set.form == "blob":
        blob = tuple(tuple(blob_tile_at(cells, row, each) for each in range(columns)) for row in range(rows))
        return SetLayout(kinds_of(cells, step), 1 / 4, blob, _order_blob(blob))
    corners = [each for _, _, each in tiles_of(cells)]
    tiles = tuple(tuple(corners[start : start + columns]) for start in range(0, len(corners), columns))
    plain = tuple(tuple((row, column) for column in range(columns)) for row in range(rows))
    sheet = _order_dual(tiles) if tile_set.form == "dual_grid" else plain
    return SetLayout(kinds_of(cells, step), 1 / 2, tiles, sheet)


def _order_dual(tiles: tuple[tuple[Corners, ...], ...]) -> tuple[tuple[TilePlace, ...], ...]:
    """Order sixteen tiles of two terrains as TileMapDual has them."""
    found: dict[TilePlace, TilePlace] = {}
    for r, row in enumerate(tiles):
        for c, (top_left, top_right, bottom_left, bottom_right) in enumerate(row):
            column, line = _DUAL_PLACES[top_left + 2 * top_right + 4 * bottom_left + 8 * bottom_right]
            found[line, column] = r, c
    side = range(_DUAL_COLUMNS)
    return tuple(tuple(found[row, column] for column in side) for row in side)


def _order_blob(tiles: tuple[tuple[BlobTile, ...], ...]) -> tuple[tuple[TilePlace, ...], ...]:
    """Order a blob's tiles by their index, and the ground last; of several, one amid its like."""
    chosen: dict[BlobTile, TilePlace] = {}
    for r, row in enumerate(tiles):
        for c, tile in enumerate(row):
            if tile not in chosen or _count_like(tiles, (r, c)) > _count_like(tiles, chosen[tile]):
                chosen[tile] = r, c
    ordered = sorted(chosen, key=lambda tile: (tile.terrain == GROUND, tile.around.number))
    places = [chosen[tile] for tile in ordered]
    starts = range(0, len(places), SHEET_COLUMNS)
    return tuple(tuple(places[start : start + SHEET_COLUMNS]) for start in starts)


def _count_like(tiles: tuple[tuple[BlobTile, ...], ...], place: TilePlace) -> int:
    """Count the tiles around a place, itself among them, that have its terrain."""
    row, column = place
    own = tiles[row][column].terrain
    around = [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return sum(tiles[r % len(tiles)][c % len(tiles[0])].terrain == own for r, c in around)
