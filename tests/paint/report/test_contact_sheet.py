"""Contact sheets hold every picture, whole and labelled."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tilebake.paint.report.contact_sheet import CHECK_GREYS, PAGE, Panel, contact_sheet

RED = (250, 10, 10)


def flat(width: int, height: int, colour: tuple[int, ...] = RED) -> NDArray[np.uint8]:
    return np.full((height, width, len(colour)), colour, dtype=np.uint8)


def area(sheet: NDArray[np.uint8], colour: tuple[int, int, int] = RED) -> int:
    return int((sheet == np.array(colour)).all(axis=-1).sum())


@pytest.mark.parametrize("count", [1, 2, 5, 9])
@pytest.mark.parametrize("columns", [None, 1, 3])
def test_every_panel_is_on_the_sheet(count: int, columns: int | None) -> None:
    panels = [Panel(f"picture {index}", flat(40, 30), "small print") for index in range(count)]
    sheet = contact_sheet(panels, heading="all of them", columns=columns, panel_size=40)
    assert area(sheet) == count * 40 * 30


def test_small_pictures_grow_by_whole_numbers() -> None:
    image = np.random.default_rng(0).integers(100, 256, (3, 4, 3), dtype=np.uint8)
    sheet = contact_sheet([Panel("", image)], heading="", panel_size=30)
    pixels = {tuple(pixel) for pixel in image.reshape(-1, 3)}
    assert [area(sheet, pixel) for pixel in pixels] == [7 * 7] * 12


def test_large_pictures_shrink_to_the_panel() -> None:
    sheet = contact_sheet([Panel("", flat(400, 200))], heading="", panel_size=100)
    assert area(sheet) == 100 * 50


def test_what_is_transparent_shows_checks() -> None:
    sheet = contact_sheet([Panel("", flat(32, 32, (*RED, 0)))], heading="", panel_size=32)
    assert area(sheet) == 0
    assert [area(sheet, (grey, grey, grey)) for grey in CHECK_GREYS] == [512, 512]


def test_a_title_and_each_line_of_small_print_leave_ink() -> None:
    def ink(title: str, caption: str) -> int:
        sheet = contact_sheet([Panel(title, flat(200, 20), caption)], heading="", panel_size=200)
        return sheet.shape[0] * sheet.shape[1] - area(sheet, PAGE)

    assert ink("", "") < ink("grass", "") < ink("grass", "one\n") < ink("grass", "one\ntwo")


def test_a_long_title_ends_within_its_panel() -> None:
    panels = [Panel("long " * 100, flat(60, 20)), Panel("", flat(60, 20))]
    sheet = contact_sheet(panels, heading="", columns=2, panel_size=60)
    right_half = sheet[:, sheet.shape[1] // 2 :]
    alone = contact_sheet([Panel("", flat(60, 20))] * 2, heading="", columns=2, panel_size=60)
    np.testing.assert_array_equal(right_half, alone[:, alone.shape[1] // 2 :])
