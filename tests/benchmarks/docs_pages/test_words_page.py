"""docs/words.md is what its script writes, and its picture is there and small."""

from PIL import Image

from benchmarks.docs_pages.words_page import PAGE, SHEET, embedded_words, page


def test_page_is_what_its_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(embedded_words()), (
        "run `python -m benchmarks.docs_pages.words_page`"
    )


def test_picture_shows_every_terrain_and_is_small() -> None:
    with Image.open(SHEET) as sheet:
        assert sheet.width > sheet.height / 2
    assert SHEET.stat().st_size < 500_000
