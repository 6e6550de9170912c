"""How large a picture may be is known before any model is loaded."""

import json
import re

import pytest

from tilebake.errors import MapError
from tilebake.level.decide import decide
from tilebake.level.output import MOST_PIXELS, picture_size
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map


def field(columns: int, rows: int, tile_size: int | list[int]) -> TileMap:
    content = {
        "tilebake": 1,
        "tile_size": tile_size,
        "terrains": {"grass": "grass"},
        "legend": {"g": "grass"},
    }
    return parse_map(json.dumps({**content, "rows": ["g" * columns] * rows}))


@pytest.mark.parametrize("tile_size", [1024, 200, [600, 100]])
def test_a_vast_picture_is_refused_with_the_tile_size_that_fits(tile_size: int | list[int]) -> None:
    with pytest.raises(
        MapError, match=r"the picture would be [\d,]+ by [\d,]+ pixels and take [\d.,]+ GiB"
    ) as caught:
        decide(field(100, 100, tile_size), BakeSettings(windows="never"))
    assert caught.value.hint is not None
    fitting = int(re.findall(r"tile_size to (\d+)", caught.value.hint)[0])
    scale = fitting / (tile_size if isinstance(tile_size, int) else tile_size[0])
    area = picture_size(field(1, 1, tile_size).bounds).area * 100 * 100
    assert area * scale**2 <= MOST_PIXELS < area * ((fitting + 1) / fitting * scale) ** 2


@pytest.mark.parametrize(
    ("columns", "rows", "tile_size", "note"),
    [
        (64, 64, 256, "256 MiB of video memory"),
        (70, 1, 256, "show at most 16,384 along a side"),
        (64, 1, 256, None),
        (128, 128, 64, None),
    ],
)
def test_a_picture_that_engines_may_not_show_is_noted(
    columns: int, rows: int, tile_size: int, note: str | None
) -> None:
    notes = decide(
        field(columns, rows, tile_size), BakeSettings(windows="never", pixels_per_tile=8)
    ).tilemap.notes
    assert [note.what for note in notes] == ([] if note is None else [notes[0].what])
    assert note is None or note.replace("256 MiB", "1,024 MiB") in notes[0].what


def test_a_picture_in_pages_may_be_as_large_as_pages_can_hold() -> None:
    vast = field(200, 200, 1024)  # 40 billion pixels
    assert decide(vast, BakeSettings()).tilemap.notes == ()
    with pytest.raises(
        MapError, match="the picture would have 640,000 pages of page_size 256; at most 4,096"
    ):
        decide(vast, BakeSettings(page_size=256))
    with pytest.raises(
        MapError, match=r"307,200 by 307,200 pixels; at most 68,719,476,736 can be made, in pages"
    ):
        field(300, 300, 1024)
