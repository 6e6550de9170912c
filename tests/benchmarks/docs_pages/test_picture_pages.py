"""The pictures of docs/own-art.md and docs/large-maps.md: how they are put together."""

import numpy as np
from PIL import Image

from benchmarks.docs_pages.art_page import GAP, KEPT, beside, cut_circle, lay_out
from benchmarks.docs_pages.coast_page import PIECE, PLACE, SHOWN, show_piece


def test_a_circle_is_kept_and_the_rest_is_not_there() -> None:
    pixels = np.asarray(cut_circle(Image.new("RGB", (1024, 768), "red")))
    assert pixels[(KEPT[1] + KEPT[3]) // 2, (KEPT[0] + KEPT[2]) // 2].tolist() == [255, 0, 0, 255]
    assert pixels[0, 0].tolist() == [0, 0, 0, 0]


def test_pictures_stand_in_rows_with_gaps() -> None:
    assert beside([Image.new("RGB", (20, 10))] * 3).size == (60 + 2 * GAP, 10)
    sheet = lay_out(
        [Image.new("RGB", (20, 10), name) for name in ("red", "green", "blue")], Image.new("RGB", (2, 1))
    )
    assert sheet.size == (40 + GAP, 20 + GAP)
    corners = [sheet.getpixel(at) for at in ((0, 0), (39 + GAP, 0), (0, 19 + GAP), (39 + GAP, 19 + GAP))]
    assert corners == [(0, 0, 0), (255, 0, 0), (0, 128, 0), (0, 0, 255)]


def test_a_piece_of_a_level_is_shown_at_full_size() -> None:
    level = Image.new("RGB", (6400, 3840), "green")
    level.putpixel(PIECE[:2], (255, 0, 0))
    sheet = show_piece(level)
    assert sheet.size == SHOWN
    assert sheet.getpixel(PLACE) == (255, 0, 0)
