"""Contact sheets hold every picture, whole and labelled."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageFont

from tilebake.paint.report.contact_sheet import CHECK_GREYS, PAGE, Panel, contact_sheet, wrap

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
    top = alone[: alone.shape[0] // 2, alone.shape[1] // 2 :]
    np.testing.assert_array_equal(right_half[: len(top)], top)
    assert (right_half[len(alone) :] == PAGE).all()


def test_a_long_title_is_wrapped_and_not_cut() -> None:
    def height(title: str) -> int:
        return contact_sheet([Panel(title, flat(200, 20))], heading="", panel_size=200).shape[0]

    assert height("mask_sigma 3") < height("mask_sigma 3, base_prompt_weight 0.25, seed 1234")


def test_lines_of_a_label_fit_and_lose_no_word() -> None:
    text = "1  mask_sigma 3, base_prompt_weight 0.25, palette #102030 #a0b0c0"
    font = ImageFont.load_default(16)
    lines = wrap(text, font, 200)
    assert " ".join(lines).split() == text.split()
    assert all(font.getlength(line) <= 200 for line in lines)
