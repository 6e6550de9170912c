"""Arrange cells of two terrains on a torus, so that every tile of a blob is there.

A blob is a terrain that lies over another one, the ground. Its tile goes on at each side at which the next
cell has the terrain too, and at a corner if all four cells around that have it. These are 47 tiles, and the
ground's own. A transition lies within the blob's tiles alone, a quarter of a tile from their border.
"""

from collections.abc import Iterator
from itertools import product
from typing import Final, NamedTuple

from tilebake.level.torus.corner_set import Arrangement

OVER, GROUND = 0, 1  # indices into the set's terrains
SHEET_COLUMNS: Final = 8  # by 6 rows: 47 tiles, and last the ground's

_CELLS: Final = (  # found by simulated annealing: each tile is there at least once
    "#.#..#####",
    "#######.#.",
    "#.#.#.####",
    "##.#####.#",
    "#.#.###.#.",
    "###.#.##.#",
    ".#.#######",
    ".####.#..#",
    "#..####.##",
    "###.######",
)


class Joins(NamedTuple):
    """Tell where a tile of a blob goes on: clockwise from the top, as Godot and Tiled list them."""

    top_side: bool
    top_right_corner: bool
    right_side: bool
    bottom_right_corner: bool
    bottom_side: bool
    bottom_left_corner: bool
    left_side: bool
    top_left_corner: bool

    @property
    def number(self) -> int:
        """The number by which blobs' tiles are known, 0 to 255: 1 for the top side, then 2, 4 and so on."""
        return sum(goes_on << bit for bit, goes_on in enumerate(self))


class BlobTile(NamedTuple):
    """Describe a tile of a blob, or of the ground beneath it, which goes on everywhere."""

    terrain: int  # OVER or GROUND
    around: Joins


def list_joins() -> Iterator[Joins]:
    """Yield the 47 ways in which a blob's tile can go on: at a corner only where it does at both sides."""
    for top, right, bottom, left in product((False, True), repeat=4):
        between = ((top, right), (right, bottom), (bottom, left), (left, top))
        for corners in product(*((False, True) if all(sides) else (False,) for sides in between)):
            top_right, bottom_right, bottom_left, top_left = corners
            yield Joins(top, top_right, right, bottom_right, bottom, bottom_left, left, top_left)


def arrange_blob() -> Arrangement:
    """Return the terrains of the map's cells: two along a tile, for a corner, two sides and a middle.

    Of each tile at row r and column c, its upper left corner is the cell at 2r and 2c.
    """
    size = len(_CELLS)
    return tuple(
        tuple(OVER if all(_list_touched(row, column)) else GROUND for column in range(2 * size))
        for row in range(2 * size)
    )


def blob_tile_at(cells: Arrangement, row: int, column: int) -> BlobTile:
    """Return the tile that stands at a place on the torus, in tiles."""
    rows, columns = len(cells), len(cells[0])

    def is_over(down: int, right: int) -> bool:
        return cells[(2 * row + 1 + down) % rows][(2 * column + 1 + right) % columns] == OVER

    if not is_over(0, 0):
        return BlobTile(GROUND, Joins(*(True,) * len(Joins._fields)))
    steps = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    return BlobTile(OVER, Joins(*(is_over(*step) for step in steps)))


def _list_touched(row: int, column: int) -> Iterator[bool]:
    """Tell of each tile that a cell of the map touches whether it has the upper terrain."""
    size = len(_CELLS)
    for r, c in product({row // 2, (row - 1) // 2}, {column // 2, (column - 1) // 2}):
        yield _CELLS[r % size][c % size] == "#"
