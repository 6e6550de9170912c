"""A region's picture is cut out of the whole map's, byte for byte, whatever of the map the request holds."""

from dataclasses import replace

import numpy as np
import pytest

from tests.paint.test_pipeline import ask, ignore, level
from tilebake.level.tilemap import Bounds, TileMap
from tilebake.level.windows import part, picture_grid
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows import decode_pieces
from tilebake.paint.windows.store import MemoryStore
from tilebake.request import BakeRequest

COLUMNS, ROWS = 176, 8
LEFT, TOP, WIDTH, HEIGHT = 86, 2, 6, 5  # of the region, in tiles
CASES = {
    "one round, transparent": ((16, 16), {"rounds": 1}),
    "two rounds": ((16, 16), {"rounds": 2, "transparent": False}),
    "scaled down": ((7, 7), {"rounds": 1}),
    "scaled up": ((20, 20), {"rounds": 1, "resample": "area"}),
    "as painted": ((12, 12), {"rounds": 1, "keep_resolution": True}),
    "pixel art": ((12, 12), {"rounds": 1, "art_pixels_per_tile": 4, "palette": ["#ff0000", "#0000ff"]}),
}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_grid, "LARGEST_PIECE", 256)
    for module in (decode_pieces, part):
        monkeypatch.setattr(module, "PIECE_SIDE", 16)


def land(tile_size: tuple[int, int]) -> TileMap:
    """A long strip of land and water with holes, so long that a part of it ends before it does."""
    signs = "ggwsg.wgsswwg"
    rows = ["".join(signs[(x * x + 5 * y * x + 3 * y) % 13] for x in range(COLUMNS)) for y in range(ROWS)]
    return level(*rows, tile_size=tile_size)


def in_windows(tilemap: TileMap, **settings: object) -> BakeRequest:
    return ask(tilemap, 5, windows="always", window=256, **{"transparent": True, **settings})


@pytest.fixture(scope="module")
def wholes() -> MemoryStore:
    """What the cases' whole maps have in common; regions are painted without it."""
    return MemoryStore()


@pytest.mark.parametrize("case", CASES)
def test_a_region_is_what_the_whole_map_shows_there(
    case: str, tiny_components: Components, wholes: MemoryStore
) -> None:
    (width, height), settings = CASES[case]
    request = in_windows(land((width, height)), **settings)
    of_region = request.part(Bounds(LEFT * width, TOP * height, WIDTH * width, HEIGHT * height))
    cut, all_of_it = of_region.tilemap.bounds, request.tilemap.bounds
    assert cut.x > 0, "a part that is all would prove nothing"
    assert cut.x + cut.width < all_of_it.width, "likewise"
    whole = Pipeline(tiny_components, wholes).bake(request, ignore).image
    image = Pipeline(tiny_components).bake(of_region, ignore).image
    scale = whole.shape[1] / (COLUMNS * width)
    left, top = round(LEFT * width * scale), round(TOP * height * scale)
    np.testing.assert_array_equal(image, whole[top : top + image.shape[0], left : left + image.shape[1]])
    assert image.shape[:2] == (round(HEIGHT * height * scale), round(WIDTH * width * scale))
    assert image[..., :3].std() > 2, "an even picture would prove nothing"


def test_what_lies_elsewhere_is_not_in_a_regions_digest() -> None:
    tilemap = land((16, 16))
    tiles = tilemap.tiles
    region = Bounds(LEFT * 16, TOP * 16, WIDTH * 16, HEIGHT * 16)
    moved = replace(tilemap, tiles=type(tiles).of(each for each in tiles if each.x != 0))
    near = replace(tilemap, tiles=type(tiles).of(each for each in tiles if each.x != LEFT))
    digest = in_windows(tilemap, rounds=1).part(region).digest()
    assert in_windows(moved, rounds=1).part(region).digest() == digest
    assert in_windows(near, rounds=1).part(region).digest() != digest


def test_a_region_of_a_map_that_is_painted_in_one_piece_is_cut_out(tiny_components: Components) -> None:
    request = ask(level("ggww", "gsws", "wgsg"))
    whole = Pipeline(tiny_components).bake(request, ignore).image
    cut = Pipeline(tiny_components).bake(request.part(Bounds(16, 16, 32, 32)), ignore).image
    np.testing.assert_array_equal(cut, whole[16:48, 16:48])
