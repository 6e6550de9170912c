"""docs/attention.md is what its script writes, and its pictures are there and small."""

import re
from pathlib import Path

from PIL import Image

from benchmarks.docs_pages.attention_page import PAGE, PICTURES, page
from benchmarks.docs_pages.attention_prose import SEEN
from benchmarks.docs_pages.exhibits import EXHIBITS
from tilebake.level.tilemap import read_map

MOST_BYTES = 1_500_000  # of all pictures


def pictures() -> list[Path]:
    names = re.findall(r"\]\((attention/[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    return [PAGE.parent / name for name in names]


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_picture_is_there_and_none_is_left_over() -> None:
    shown = pictures()
    assert len(shown) == len(EXHIBITS)
    assert set(shown) == set(PICTURES.glob("*.jpg"))
    for path in shown:
        with Image.open(path) as picture:
            picture.verify()
    assert sum(path.stat().st_size for path in shown) < MOST_BYTES


def test_something_is_said_of_every_exhibit() -> None:
    assert list(SEEN) == [exhibit.name for exhibit in EXHIBITS]


def test_no_two_commands_write_the_same_file() -> None:
    commands = {shot.command for exhibit in EXHIBITS for shot in exhibit.shots}
    outs = {shot.out for exhibit in EXHIBITS for shot in exhibit.shots}
    assert len(outs) == len(commands)


def test_maps_of_the_attention_page_can_be_read() -> None:
    for path in PICTURES.glob("*.json"):
        assert read_map(path).tiles
