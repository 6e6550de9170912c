"""Part a world into units that several workers paint: windows of one round, and pieces that are decoded.

A unit needs others before it, and nothing else: no round waits for all of another. Of two units that show the
same, one paints it, for windows and pieces belong to one unit each, wherever the map is cut.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.map.grid import Bounds
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Extent, Lattice, Window, extent_of
from tilebake.level.windows.part import FARTHEST, PIECE_SIDE, SEAM
from tilebake.level.windows.picture_grid import picture_grid

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
        self._lattice = Lattice(settings.window // LATENT, extent_of(canvas_of(tilemap, settings)))
        self._rounds = settings.rounds

    def of_part(self, shown: Bounds) -> tuple[WorldUnit, ...]:
        """List the units that the picture of a part of the map needs, each after those that it needs itself.

        A few windows at the part's edge may be among them that a decoder of a narrow view does without.
        """
        grid, listed = self._grid, dict[WorldUnit, None]()
        near = grid.latents(grid.whole_pieces(grid.pixels(shown))).grow(SEAM).within(self._lattice.world)
        for top in range(near.top // PIECE_SIDE * PIECE_SIDE, near.bottom, PIECE_SIDE):
            for left in range(near.left // PIECE_SIDE * PIECE_SIDE, near.right, PIECE_SIDE):
                self._list(PieceUnit(Extent(left, top, left + PIECE_SIDE, top + PIECE_SIDE)), listed)
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
        squares = dict.fromkeys(_square_of(window) for window in self._lattice.windows(seen))
        return tuple(WindowsUnit(number, tuple(self._windows_of(square))) for square in squares)

    def _windows_of(self, square: "_Square") -> Iterator[Window]:
        corner = Window(square.column * UNIT_SIDE, square.row * UNIT_SIDE)
        first = self._lattice.extent(corner)
        whole = Extent(first.left, first.top, *(UNIT_SIDE * self._lattice.side + edge for edge in first[:2]))
        return (each for each in self._lattice.windows(whole) if _square_of(each) == square)


class _Square(NamedTuple):
    column: int
    row: int


def _square_of(window: Window) -> _Square:
    return _Square(window.column // UNIT_SIDE, window.row // UNIT_SIDE)
