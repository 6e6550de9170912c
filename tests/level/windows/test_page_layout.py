"""A large picture is cut in pages that lie on the world's lattice."""

import pytest

from tests.helpers.page_painter import SETTINGS, map_of, request_for
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.page_layout import count_pages, lay_pages, page_side
from tilebake.level.windows.picture_grid import PictureGrid


def pages_of(columns: int, rows: int, **changes: object) -> tuple[Extent, ...]:
    request = request_for(map_of(columns, rows, **changes))
    pages = lay_pages(request.tilemap, request.settings, request.shown)
    assert len(pages) == count_pages(request.tilemap, request.settings, request.shown)
    return pages


@pytest.mark.parametrize("origin", [[0, 0], [-7, 3], [30, -50]])
def test_pages_show_each_pixel_once_and_hold_whole_pieces(origin: list[int]) -> None:
    pages = pages_of(70, 40, origin=origin)
    left, top = (8 * each for each in origin)
    right, bottom = left + 560, top + 320
    shown = [place for page in pages for place in _places(*page)]
    assert sorted(shown) == _places(left, top, right, bottom)
    assert all(edge % 256 == 0 for page in pages for edge in page if edge not in (left, top, right, bottom))
    assert [page[1::-1] for page in pages] == sorted(page[1::-1] for page in pages)


def _places(left: int, top: int, right: int, bottom: int) -> list[tuple[int, int]]:
    """Every eighth pixel each way: tiles are as wide, and all edges lie between tiles."""
    return [(x, y) for x in range(left, right, 8) for y in range(top, bottom, 8)]


def test_a_map_that_grows_keeps_its_pages() -> None:
    before, after = pages_of(64, 64), pages_of(70, 66, origin=[-6, -2])
    assert set(before) <= set(after)


@pytest.mark.parametrize(
    ("columns", "changes", "count"),
    [
        (32, {}, 0),
        (33, {}, 2),
        (32, {"origin": [-8, 0]}, 0),  # no wider than a page, wherever it lies
        (64, {"settings": {**SETTINGS, "windows": "never"}}, 0),
        (64, {"settings": {**SETTINGS, "page_size": 512}}, 0),
        (64, {"settings": {**SETTINGS, "keep_resolution": True}}, 512),
    ],
)
def test_only_what_is_larger_than_a_page_and_painted_in_windows_has_pages(
    columns: int, changes: dict[str, object], count: int
) -> None:
    assert len(pages_of(columns, 8, **changes)) == count


@pytest.mark.parametrize(
    ("canvas_scale", "block", "most", "side"),
    [
        (2.0, 1, 4096, 4096),
        (2.0, 1, 1000, 512),
        (1.0, 1, 4095, 3072),
        (1.0, 1, 512, 512),  # half a piece
        (1.0, 1, 300, 256),
        (1.0, 3, 4096, 3840),  # whole art pixels
        (1.0, 3, 256, 192),
        (1.0, 400, 256, 400),  # an art pixel is never cut
    ],
)
def test_the_side_of_a_page_is_whole_pieces_or_an_even_part_of_one(
    canvas_scale: float, block: int, most: int, side: int
) -> None:
    grid = PictureGrid(1.0, canvas_scale, block)
    assert page_side(grid, most) == side
    assert side % grid.side == 0 or grid.side % side == 0
