"""Part a world into units that several workers paint: windows of one round, and pieces that are decoded.

A unit needs others before it, and nothing else: no round waits for all of another. Of two units that show the
same, one paints it, for windows and pieces belong to one unit each, wherever the map is cut. Of what
repeats in a world that wraps, units name the first period's.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.map.grid import Bounds
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Extent, Window, lattice_over
from tilebake.level.windows.part import FARTHEST, SEAM, in_first_period, pieces_along
from tilebake.level.windows.picture_grid import picture_grid
from tilebake.level.windows.window_line import WindowLine

UNIT_SIDE: Final = 2  # windows along a unit of them


class WindowsUnit(NamedTuple):
    """Name windows that lie together, in one round."""

    number: int  # of the round
    windows: tuple[Window, ...]


class PieceUnit(NamedTuple):
    """Name a piece of the lattice of pieces; the world may end within it."""

    extent: Extent


WorldUnit = WindowsUnit | PieceUnit


class WorldUnits:
    """Part the world of one map. `window` and `rounds` of the settings are decided."""

    def __init__(self, tilemap: TileMap, settings: BakeSettings) -> None:
        assert settings.window is not None, "the window is decided"
        assert settings.rounds is not None, "the rounds are decided"
        self._grid = picture_grid(tilemap, settings)
        side = settings.window // LATENT
        self._lattice = lattice_over(canvas_of(tilemap, settings), side, tilemap.wrap)
        self._pixels = self._grid.pixels(tilemap.bounds)
        self._rounds = settings.rounds

    def of_part(self, shown: Bounds) -> tuple[WorldUnit, ...]:
        """List the units that the picture of a part of the map needs, each after those that it needs itself.

        A few windows at the part's edge may be among them that a decoder of a narrow view does without.
        """
        grid, listed = self._grid, dict[WorldUnit, None]()
        pixels = grid.whole_pieces(grid.pixels(shown)).within(self._pixels)
        near = grid.latents(pixels).grow(SEAM).within(self._lattice.world)
        periods = self._lattice.periods
        columns = [*pieces_along(near.left, near.right, periods.across)]
        for top, bottom in pieces_along(near.top, near.bottom, periods.down):
            for left, right in columns:
                self._list(PieceUnit(in_first_period(Extent(left, top, right, bottom), periods)), listed)
        return tuple(listed)

    def needs(self, unit: WorldUnit) -> tuple[WindowsUnit, ...]:
        """Return the units of the round before that a unit needs."""
        match unit:
            case PieceUnit():
                return self._of_windows(self._rounds - 1, self.extent(unit))
            case WindowsUnit(0, _):
                return ()
            case WindowsUnit(number, _):
                return self._of_windows(number - 1, self.extent(unit))

    def extent(self, unit: WorldUnit) -> Extent:
        """Return the latent pixels that a unit is painted from."""
        if isinstance(unit, PieceUnit):
            return unit.extent.grow(SEAM + FARTHEST).within(self._lattice.world)
        first, last = self._lattice.extent(unit.windows[0]), self._lattice.extent(unit.windows[-1])
        return Extent(first.left, first.top, last.right, last.bottom)

    def bounds(self, unit: WorldUnit) -> Bounds:
        """Return the rectangle of the map, in map pixels, that a unit is painted from."""
        left, top, right, bottom = (edge * LATENT / self._grid.canvas_scale for edge in self.extent(unit))
        return Bounds(left, top, right - left, bottom - top)

    def count_windows(self, units: tuple[WorldUnit, ...]) -> int:
        """Count windows in all rounds."""
        return sum(len(unit.windows) for unit in units if isinstance(unit, WindowsUnit))

    def _list(self, unit: WorldUnit, listed: dict[WorldUnit, None]) -> None:
        if unit not in listed:
            for need in self.needs(unit):
                self._list(need, listed)
            listed[unit] = None

    def _of_windows(self, number: int, seen: Extent) -> tuple[WindowsUnit, ...]:
        """Return the units of a round with a window that shows a pixel of a part."""
        own = map(self._lattice.own, self._lattice.windows(seen))
        squares = dict.fromkeys(_square_of(window) for window in own)
        return tuple(WindowsUnit(number, tuple(self._windows_of(square))) for square in squares)

    def _windows_of(self, square: "_Square") -> Iterator[Window]:
        columns = _along(self._lattice.columns, square.column)
        return (Window(column, row) for row in _along(self._lattice.rows, square.row) for column in columns)


class _Square(NamedTuple):
    column: int
    row: int


def _along(line: WindowLine, square: int) -> range:
    """Return the windows along one side of a square, as many as there are."""
    there = range(line.count) if line.period else line.indices(line.begin, line.end)
    first = square * UNIT_SIDE
    return range(max(first, there.start), min(first + UNIT_SIDE, there.stop))


def _square_of(window: Window) -> _Square:
    return _Square(window.column // UNIT_SIDE, window.row // UNIT_SIDE)
