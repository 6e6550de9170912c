"""Say of what kind each corner and edge of a torus of tiles is: those of one kind look alike everywhere."""

from typing import NamedTuple

from tilebake.level.torus.corner_set import Arrangement


class EdgeKinds(NamedTuple):
    """Hold, for each tile of a torus, the kinds of its upper left corner and of the two edges from there."""

    corner: Arrangement
    level: tuple[tuple[tuple[int, ...], ...], ...]  # to the right: the terrains along it
    upright: tuple[tuple[tuple[int, ...], ...], ...]  # downwards


def kinds_of(cells: Arrangement, step: int) -> EdgeKinds:
    """Return the kinds of a torus of cells of which every `step`th is a corner, beginning with the first."""
    rows, columns = range(0, len(cells), step), range(0, len(cells[0]), step)

    def along(row: int, column: int, down: int, right: int) -> tuple[int, ...]:
        places = ((row + down * i, column + right * i) for i in range(step + 1))
        return tuple(cells[r % len(cells)][c % len(cells[0])] for r, c in places)

    return EdgeKinds(
        tuple(tuple(cells[row][column] for column in columns) for row in rows),
        tuple(tuple(along(row, column, 0, 1) for column in columns) for row in rows),
        tuple(tuple(along(row, column, 1, 0) for column in columns) for row in rows),
    )
