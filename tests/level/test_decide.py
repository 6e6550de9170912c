"""What the settings of a map leave to the map: its tiles' size, and whether its picture has an alpha."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.errors import MapError
from tilebake.level.canvas import canvas_of, default_pixels_per_tile, in_windows, is_paintable
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map

HEAD = {"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}}


def level(*rows: str, **keys: object) -> TileMap:
    return parse_map(json.dumps({**HEAD, **keys, "rows": rows}))


def field(columns: int, rows: int, **keys: object) -> TileMap:
    """A level without a gap, as cells along its edges alone: as large, and faster to read."""
    cells = [[x, y, "grass"] for x in (0, columns - 1) for y in range(rows)]
    cells += [[x, y, "grass"] for x in range(1, columns - 1) for y in (0, rows - 1)]
    return parse_map(json.dumps({"tilebake": 1, "terrains": {"grass": "grass"}, **keys, "cells": cells}))


def in_one_piece(pixels_per_tile: int) -> BakeSettings:
    return BakeSettings(pixels_per_tile=pixels_per_tile, windows="never")


@pytest.mark.parametrize(
    ("tilemap", "is_transparent"),
    [
        (level("gg", "g."), True),
        (level("gg", "gg"), False),
        (level("..", ".."), False),
        (level("gg", "gg", grid="isometric"), True),
        (level("gg", "gg", grid="half_offset"), True),
    ],
    ids=["a hole", "full", "without a tile", "isometric", "half-offset"],
)
def test_a_picture_is_transparent_where_tiles_leave_a_place_empty(
    tilemap: TileMap, is_transparent: bool
) -> None:
    assert decide(tilemap, BakeSettings()).settings.transparent is is_transparent
    assert not decide(tilemap, BakeSettings(transparent=False)).settings.transparent


@pytest.mark.parametrize(
    ("columns", "rows", "lowered"), [(100, 60, 36), (66, 20, 60), (400, 300, 8), (171, 58, 20), (65, 2, 60)]
)
def test_a_level_too_large_for_one_canvas_is_painted_with_smaller_tiles_and_a_note(
    columns: int, rows: int, lowered: int
) -> None:
    tilemap, settings = decide(field(columns, rows, tile_size=16), in_one_piece(64))
    assert settings.pixels_per_tile == lowered
    canvas_of(tilemap, settings)
    (note,) = tilemap.notes
    assert note.what.startswith(
        f"tiles are painted at {lowered} pixels instead of 64, with less detail: the canvas would be "
    )
    assert note.hint == "split the map for more detail"


def test_a_size_that_was_asked_for_is_lowered_too() -> None:
    tilemap, settings = decide(field(100, 60), in_one_piece(48))
    assert settings.pixels_per_tile == 36
    assert "36 pixels instead of 48" in tilemap.notes[0].what


def test_a_level_that_fits_is_left_as_it_is() -> None:
    tilemap = field(16, 16)
    assert decide(tilemap, BakeSettings()) == (tilemap, BakeSettings(pixels_per_tile=64, transparent=True))


def test_a_smaller_size_keeps_masks_as_soft_by_tiles() -> None:
    given = BakeSettings(mask_sigma=4, mask_sigma_end=2, blend_schedule="linear", windows="never")
    settings = decide(field(128, 8), given).settings
    assert (settings.pixels_per_tile, settings.mask_sigma, settings.mask_sigma_end) == (32, 2, 1)


def test_below_eight_pixels_a_tile_it_stays_a_mistake() -> None:
    tilemap, settings = decide(field(600, 600, tile_size=8), in_one_piece(64))
    assert not tilemap.notes
    with pytest.raises(MapError, match="the canvas would be 38,400 by 38,400"):
        canvas_of(tilemap, settings)


def test_a_stray_tile_is_named() -> None:
    cells = [[x, y, "grass"] for x in range(20) for y in range(20)] + [[90, 90, "grass"]]
    content = {"tilebake": 1, "terrains": {"grass": "grass"}, "cells": cells}
    tilemap = parse_map(json.dumps(content))
    (note,) = decide(tilemap, in_one_piece(64)).tilemap.notes
    assert note.hint == (
        'is this tile a stray: "grass" at [90, 90], 71 cells from the rest? Remove it, or split the map '
        "for more detail"
    )
    (note,) = decide(tilemap, BakeSettings(pixels_per_tile=64)).tilemap.notes
    assert note.hint == (
        'is this tile a stray: "grass" at [90, 90], 71 cells from the rest? Remove it, or '
        "leave it if it is meant"
    )


@given(columns=st.integers(1, 900), rows=st.integers(1, 900), asked=st.integers(4, 256))
def test_what_is_decided_fits_and_is_the_most_that_does(columns: int, rows: int, asked: int) -> None:
    cells = [[0, 0, "grass"], [columns - 1, rows - 1, "grass"]] if columns * rows > 1 else [[0, 0, "grass"]]
    content = {"tilebake": 1, "tile_size": 8, "terrains": {"grass": "grass"}, "cells": cells}
    tilemap = parse_map(json.dumps(content))
    decided, settings = decide(tilemap, in_one_piece(asked))
    painted = settings.pixels_per_tile or 0
    assert painted <= asked
    if painted == asked:
        assert not decided.notes
    else:
        assert painted % 4 == 0
        assert painted >= 8
        assert is_paintable(tilemap, painted)
        assert not is_paintable(tilemap, painted + 4) or painted + 4 > asked


@pytest.mark.parametrize(
    ("size", "painted"),
    [
        ((8, 8), 32),
        ((16, 16), 48),
        ((16, 24), 48),
        ((24, 24), 48),
        ((32, 32), 64),
        ((64, 64), 64),
        ((128, 128), 64),
        ((16, 8), 64),
        ((128, 64), 64),
    ],
    ids=str,
)
def test_small_tiles_are_painted_smaller_unless_they_are_flat(size: tuple[int, int], painted: int) -> None:
    assert default_pixels_per_tile(size) == painted
    assert decide(field(3, 3, tile_size=size), BakeSettings()).settings.pixels_per_tile == painted


@pytest.mark.parametrize("size", [(17, 16), (100, 60), (200, 2)], ids=str)
def test_a_level_of_any_size_keeps_its_tiles_size_in_windows(size: tuple[int, int]) -> None:
    tilemap, settings = decide(field(*size), BakeSettings())
    assert in_windows(tilemap, settings)
    assert settings.pixels_per_tile == 64
    assert not tilemap.notes
    assert canvas_of(tilemap, settings)[:2] == (64 * size[0], 64 * size[1])


def test_a_level_of_one_megapixel_is_painted_in_one_piece() -> None:
    assert not in_windows(*decide(field(16, 16), BakeSettings()))
    assert in_windows(*decide(field(16, 16), BakeSettings(windows="always")))
