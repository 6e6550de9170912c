"""Maps that wrap: how they are written, which sizes can, and that all others are as they were."""

import json
from typing import Any

import numpy as np
import pytest

from tilebake.errors import BakeError, MapError
from tilebake.level.canvas import canvas_of, in_windows
from tilebake.level.decide import decide
from tilebake.level.masks.regions import region_masks
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.level.torus.wrap import refuse_unwrappable_size
from tilebake.request import BakeRequest


def read(**changes: Any) -> TileMap:
    content = {
        "tilebake": 1,
        "terrains": {"grass": "grass", "water": "water"},
        "legend": {"g": "grass", "w": "water"},
        "rows": ["ggww", "gwwg"],
        **changes,
    }
    return parse_map(json.dumps(content))


def canvas_size(tilemap: TileMap) -> tuple[int, int]:
    decided = decide(tilemap, apply(BakeSettings(), tilemap.settings))
    canvas = canvas_of(decided.tilemap, decided.settings)
    return canvas.width, canvas.height


def test_a_map_that_wraps_is_one_period_large() -> None:
    assert canvas_size(read(wrap="both")) == (256, 128)


def test_cells_of_rows_without_a_tile_belong_to_the_period() -> None:
    assert read(rows=[".gw.", "...."], wrap="x").bounds == (0, 0, 256, 128)
    assert read(rows=[".gw.", "...."]).bounds == (64, 0, 128, 64)


@pytest.mark.parametrize(
    ("changes", "what", "hint"),
    [
        (
            {"rows": ["ggw"], "tile_size": 16, "settings": {"pixels_per_tile": 48}, "wrap": "x"},
            "the map is 3 tiles wide, which are painted over 144 pixels; "
            "what wraps has to be a multiple of 32",
            "make it 2 or 4 tiles wide, or set pixels_per_tile to 32 or 64",
        ),
        (
            {"rows": ["g"] * 5, "settings": {"pixels_per_tile": 24}, "wrap": "y"},
            "the map is 5 tiles high, which are painted over 120 pixels; "
            "what wraps has to be a multiple of 32",
            "make it 4 or 8 tiles high, or set pixels_per_tile to 32",
        ),
        (
            {"rows": ["g" * 67], "settings": {"pixels_per_tile": 24, "windows": "always"}, "wrap": "x"},
            "the map is 67 tiles wide, which are painted over 1608 pixels; "
            "what wraps has to be a multiple of 32",
            "make it 64 or 68 tiles wide, or set pixels_per_tile to 32",
        ),
    ],
)
def test_what_cannot_wrap_is_told_with_the_nearest_that_can(
    changes: dict[str, Any], what: str, hint: str
) -> None:
    with pytest.raises(MapError) as caught:
        canvas_size(read(**changes))
    assert caught.value.what == what
    assert hint in (caught.value.hint or "")


def test_a_large_map_that_wraps_is_painted_in_windows_as_others_are() -> None:
    settings = BakeSettings(pixels_per_tile=64)
    small, large = (read(rows=["gw" * columns] * 16, wrap="x") for columns in (8, 9))
    assert [in_windows(each, settings) for each in (small, large)] == [False, True]


def test_a_set_of_tiles_is_painted_in_one_piece() -> None:
    content = {"tilebake": 1, "terrains": {"g": "grass", "w": "water"}, "corners": ["g", "w"]}
    tilemap = parse_map(json.dumps({**content, "settings": {"windows": "always"}}))
    with pytest.raises(MapError, match="a TileSet is painted in one piece") as caught:
        canvas_size(tilemap)
    assert 'set "windows" to "auto"' in (caught.value.hint or "")


def test_a_width_that_nobody_asked_for_is_one_that_wraps() -> None:
    assert canvas_size(read(rows=["ggw"], tile_size=16, wrap="x")) == (192, 64)


def test_a_grid_that_is_not_square_does_not_wrap() -> None:
    with pytest.raises(MapError, match=r"\$\.wrap: a grid that is hexagonal does not wrap"):
        read(grid="hexagonal", wrap="x")


def test_a_picture_without_a_map_wraps_at_multiples_too() -> None:
    refuse_unwrappable_size((96, 100), "x")
    with pytest.raises(BakeError, match=r"a height of 100 pixels cannot wrap.*make it 96 or 128"):
        refuse_unwrappable_size((96, 100), "both")


def test_masks_wrap_around() -> None:
    rows = ["ggww", "gwwg", "gggg"]
    rolled = [row[-1:] + row[:-1] for row in rows[-1:] + rows[:-1]]
    first, second = (
        read(rows=each, wrap="both", settings={"pixels_per_tile": 32}) for each in (rows, rolled)
    )
    masks = [
        region_masks(each, canvas_of(each, apply(BakeSettings(), each.settings)), 4.0, least_share=0.9).shares
        for each in (first, second)
    ]
    assert np.allclose(np.roll(masks[0], (4, 4), axis=(1, 2)), masks[1], atol=1e-6)
    flat = read(rows=rows, settings={"pixels_per_tile": 32})
    plain = region_masks(flat, canvas_of(flat, apply(BakeSettings(), flat.settings)), 4.0, least_share=0.9)
    assert np.abs(plain.shares - masks[0]).max() > 0.05


def test_a_request_tells_wraps_apart_and_leaves_all_others_their_digests() -> None:
    digests = {
        wrap: BakeRequest(
            read(**({} if wrap is None else {"wrap": wrap})), BakeSettings(), "", "", 0
        ).digest()
        for wrap in (None, "x", "y", "both")
    }
    assert len(set(digests.values())) == 4


def test_a_map_without_wrap_has_the_digest_that_it_always_had() -> None:
    request = BakeRequest(read(), BakeSettings(), "", "", 0)
    assert request.digest() == "3b58aacb38069b61c7c8f92b3aebdf9c608d4a21431918499d19f0c70a50f541"
