"""Arrange the corners of a TileSet on a torus, so that every tile of the set is there once.

A tile of a corner set has a terrain at each of its four corners: n terrains make n^4 tiles. In a de Bruijn
torus of n² by n² corners each of these stands exactly once (Hurlbert, Mitchell & Paterson 1996, "On the
existence of de Bruijn tori with two by two windows"), so one painting holds all of them.
"""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final, NamedTuple

FEWEST, MOST = 2, 4  # terrains of a corner set
FEWEST_ROWS: Final = 3  # of one terrain for variants: edges are then copied from the middle of wide ground

_OF_TWO: Final = ("1011", "1000", "0001", "1101")
_CYCLE_OF_THREE: Final = "001021122"  # every pair of three signs follows once

Arrangement = tuple[tuple[int, ...], ...]
"""The terrain of each corner, row by row: indices into the set's terrains."""


class Corners(NamedTuple):
    """Name the terrains of a tile's corners, as indices into the set's terrains."""

    top_left: int
    top_right: int
    bottom_left: int
    bottom_right: int


def arrange(terrains: int, variants: int = 1) -> Arrangement:
    """Return the torus of a set of so many terrains, from FEWEST to MOST.

    For variants there are more rows, of one terrain each, after the first row once more. Tiles that are all
    of one terrain are then there at least so often, and some others twice.
    """
    torus = _arrange_once(terrains)
    if variants == 1:
        return torus
    columns = len(torus[0])
    rows = max(FEWEST_ROWS, 1 + ceil((variants - 1) / columns))
    return (*torus, torus[0], *((terrain,) * columns for terrain in range(terrains) for _ in range(rows)))


def tiles_of(arrangement: Arrangement) -> Iterator[tuple[int, int, Corners]]:
    """Yield the column and row of every tile on its sheet, with its corners.

    A tile has its upper left corner where the arrangement has its place, and reaches to the next ones.
    """
    for row, line in enumerate(arrangement):
        below = arrangement[(row + 1) % len(arrangement)]
        for column, terrain in enumerate(line):
            right = (column + 1) % len(line)
            yield column, row, Corners(terrain, line[right], below[column], below[right])


def _arrange_once(terrains: int) -> Arrangement:
    match terrains:
        case 2:
            return tuple(tuple(map(int, row)) for row in _OF_TWO)
        case 3:
            return _arrange_three()
        case _:
            return _arrange_four()


def _arrange_three() -> Arrangement:
    """Shift a cycle of all pairs from column to column by 0, 1, 2 ...: each pair meets each other once."""
    count = len(_CYCLE_OF_THREE)
    shifts = [column * (column - 1) // 2 for column in range(count)]
    return tuple(
        tuple(int(_CYCLE_OF_THREE[(row + shift) % count]) for shift in shifts) for row in range(count)
    )


def _arrange_four() -> Arrangement:
    """Lay the torus of two terrains out 4 by 4 times, and tell its copies apart by a second bit.

    The second bits of four neighbouring corners are the four bits of the copy's place, in some order, even
    where neighbours belong to two copies. So each tile of two terrains is there with each tile of bits.
    """
    bits: Sequence[Sequence[int]] = _arrange_once(2)
    return tuple(
        tuple(bits[row % 4][column % 4] + 2 * _copy_bit(row, column) for column in range(16))
        for row in range(16)
    )


def _copy_bit(row: int, column: int) -> int:
    place = column if column % 2 else row
    return place // (8 if row % 2 else 4) % 2
