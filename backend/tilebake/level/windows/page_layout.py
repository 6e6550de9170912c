"""Cut a picture that is painted in windows into pages, each one file, if it is too large for one.

Pages lie on a fixed lattice of the world's pixels and hold whole pieces. So a map that grows or scrolls keeps
its pages, but for those at its edge.
"""

from typing import Final, NamedTuple

from tilebake.level.canvas import in_windows
from tilebake.level.map.grid import Bounds
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.picture_grid import PictureGrid, picture_grid

MOST_PAGES: Final = 4096  # of a picture: its record names each


class _Lines(NamedTuple):
    """Hold the pixels of a whole picture, and where its columns and rows of pages begin."""

    whole: Extent
    columns: range
    rows: range


def lay_pages(tilemap: TileMap, settings: BakeSettings, shown: Bounds | None = None) -> tuple[Extent, ...]:
    """Return the pixels of the world that each page of a map's picture shows, row by row.

    `shown` is what the picture shows of the map, unless it is all. None for a picture that is one file: it is
    no wider or higher than a page, or painted in one piece.
    """
    whole, columns, rows = _lines(tilemap, settings, shown or tilemap.bounds)
    return tuple(
        Extent(left, top, left + columns.step, top + rows.step).within(whole)
        for top in rows
        for left in columns
    )


def count_pages(tilemap: TileMap, settings: BakeSettings, shown: Bounds | None = None) -> int:
    """Return how many pages `lay_pages` returns, without making them."""
    lines = _lines(tilemap, settings, shown or tilemap.bounds)
    return len(lines.columns) * len(lines.rows)


def _lines(tilemap: TileMap, settings: BakeSettings, shown: Bounds) -> _Lines:
    grid = picture_grid(tilemap, settings)
    whole = grid.pixels(shown)
    if not in_windows(tilemap, settings) or max(whole.size) <= settings.page_size:
        return _Lines(whole, range(0), range(0))
    side = page_side(grid, settings.page_size)
    columns = range(whole.left // side * side, whole.right, side)
    return _Lines(whole, columns, range(whole.top // side * side, whole.bottom, side))


def page_side(grid: PictureGrid, most: int) -> int:
    """Return how many pixels there are along a page: at most so many, whole pieces or an even part of one."""
    side = grid.side
    if most >= side:
        return most // side * side
    return grid.block * 2 ** max(0, (most // grid.block).bit_length() - 1)
