import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.errors import MapError
from tilebake.level.canvas import LARGEST_AREA, LONGEST_SIDE, canvas_for, map_box
from tilebake.level.tilemap import Bounds, TileMap, parse_map


def field(columns: int, rows: int, tile_size: int = 64) -> TileMap:
    return parse_map(
        json.dumps(
            {
                "tilebake": 1,
                "base_prompt": "a map",
                "tile_size": tile_size,
                "terrains": {"grass": "green grass"},
                "legend": {"g": "grass"},
                "rows": ["g" * columns] * rows,
            }
        )
    )


@pytest.mark.parametrize(
    ("tile_size", "pixels_per_tile", "width", "height"),
    [(64, 64, 1024, 768), (16, 64, 1024, 768), (16, 16, 256, 192), (64, 20, 320, 240), (64, 21, 336, 256)],
)
def test_a_canvas_is_the_map_at_its_scale_rounded_up_to_latent_pixels(
    tile_size: int, pixels_per_tile: int, width: int, height: int
) -> None:
    canvas = canvas_for(field(16, 12, tile_size), pixels_per_tile)
    assert (canvas.width, canvas.height) == (width, height)
    assert canvas.latent_size == (height // 8, width // 8)
    assert canvas.scale == pixels_per_tile / tile_size


@pytest.mark.parametrize(("x", "origin"), [(0, 0), (64, 8), (-64, -8), (-4, -1), (60, 7)])
def test_a_canvas_begins_on_the_worlds_latent_lattice(x: float, origin: int) -> None:
    tilemap = replace(field(4, 4), bounds=Bounds(x, x, 256, 256))
    canvas = canvas_for(tilemap, 64)
    assert (canvas.origin_x, canvas.origin_y) == (origin, origin)
    assert map_box(tilemap, canvas)[:2] == (x - 8 * origin, x - 8 * origin)


@given(
    bounds=st.builds(
        Bounds,
        st.floats(-1e6, 1e6),
        st.floats(-1e6, 1e6),
        st.floats(1, 2000),
        st.floats(1, 2000),
    ),
    pixels_per_tile=st.integers(4, 64),
)
def test_a_canvas_holds_the_whole_map_and_no_row_more(bounds: Bounds, pixels_per_tile: int) -> None:
    tilemap = replace(field(1, 1), bounds=bounds)
    canvas = canvas_for(tilemap, pixels_per_tile)
    left, top, right, bottom = map_box(tilemap, canvas)
    assert canvas.width % 8 == canvas.height % 8 == 0
    assert -0.01 <= left < 8
    assert -0.01 <= top < 8
    assert right <= canvas.width + 0.01 < max(right, 1) + 8.02
    assert bottom <= canvas.height + 0.01 < max(bottom, 1) + 8.02


@pytest.mark.parametrize(("columns", "rows"), [(65, 2), (64, 64), (100, 200)])
def test_a_canvas_too_large_for_one_piece_raises_with_the_size_that_fits(columns: int, rows: int) -> None:
    tilemap = replace(field(1, 1), bounds=Bounds(0, 0, columns * 64, rows * 64))
    with pytest.raises(MapError, match="pixels_per_tile to") as caught:
        canvas_for(tilemap, 64)
    fitting = int(str(caught.value.hint).split()[3])
    canvas = canvas_for(tilemap, fitting)
    assert max(canvas.width, canvas.height) <= LONGEST_SIDE + 8
    assert canvas.width * canvas.height <= LARGEST_AREA + 8 * (canvas.width + canvas.height)
    with pytest.raises(MapError):
        canvas_for(tilemap, fitting + 1)


@pytest.mark.parametrize("extent", [1e5, 1e9, 1e300])
def test_a_map_too_large_at_any_scale_is_refused(extent: float) -> None:
    with pytest.raises(MapError, match="split the map"):
        canvas_for(replace(field(1, 1), bounds=Bounds(0, 0, extent, extent)), 64)
