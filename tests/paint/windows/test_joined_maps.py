"""Maps of one world, each painted with the others around it, are the world's own picture cut in pieces."""

import json
from typing import Any, Final

import numpy as np
import pytest

from tests.paint.test_pipeline import QUICK, ignore
from tests.paint.windows import test_region
from tilebake.errors import MapError
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.level.windows.world_map import join_maps
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows.store import MemoryStore
from tilebake.request import BakeRequest

small_pieces = test_region.small_pieces
WORLD: Final = ["".join("gws.wwsg"[(x * x + 3 * y) % 8] for x in range(48)) for y in range(8)]
SETTINGS: Final = {"windows": "always", "window": 256, "rounds": 1, "mask_sigma": 1.0}


def level(first: int, last: int, top: int = 0, bottom: int = 8, **changes: Any) -> TileMap:
    content = {
        "tilebake": 1,
        "tile_size": 16,
        "origin": [first - 20, top - 3],
        "base_prompt": "a map",
        "terrains": {"grass": "lush green grass", "water": "deep blue water", "snow": "snow"},
        "legend": {"g": "grass", "w": "water", "s": "snow"},
        "rows": [row[first:last] for row in WORLD[top:bottom]],
    }
    return parse_map(json.dumps({**content, **changes}))


def request_of(tilemap: TileMap) -> BakeRequest:
    settings = BakeSettings.model_validate({**QUICK.model_dump(), **SETTINGS, "transparent": True})
    return BakeRequest(tilemap, settings, "tiny", "0" * 64, seed=5)


def test_maps_of_a_world_meet_without_a_seam(tiny_components: Components) -> None:
    pipeline = Pipeline(tiny_components, MemoryStore())
    whole = pipeline.bake(request_of(level(0, 48)), ignore).image
    cuts = [(0, 17, 0, 8), (17, 48, 0, 5), (17, 48, 5, 8)]
    maps = [level(*cut) for cut in cuts]
    for own, (first, last, top, bottom) in zip(maps, cuts, strict=True):
        joined = join_maps(own, [each for each in maps if each is not own])
        request = request_of(joined).part(own.bounds)
        assert request.shown == own.bounds
        image = pipeline.bake(request, ignore).image
        np.testing.assert_array_equal(image, whole[top * 16 : bottom * 16, first * 16 : last * 16])


def test_a_joined_map_is_the_world_however_it_was_cut() -> None:
    left, right = level(0, 17), level(17, 48)
    joined, whole = join_maps(right, [left]), level(0, 48)
    assert joined.tiles == whole.tiles
    assert sorted(joined.empty) == sorted(whole.empty)
    assert (joined.bounds, joined.terrains) == (whole.bounds, whole.terrains)
    assert joined == join_maps(right, [left, left]), "a map that is there twice counts once"


def test_what_lies_in_a_maps_rectangle_is_its_own() -> None:
    own = level(0, 17, rows=["g" * 17] * 8)
    other = level(10, 30, rows=["w" * 20] * 8)
    joined = join_maps(own, [other])
    cells = {(tile.x, tile.y): tile.terrain for tile in joined.tiles}
    assert len(cells) == len(joined.tiles) == 30 * 8
    assert cells[-20 + 16, 0] == "grass"
    assert cells[-20 + 17, 0] == "water"


def test_a_world_with_a_hole_is_painted(tiny_components: Components) -> None:
    joined = join_maps(level(0, 10), [level(30, 48)])
    image = Pipeline(tiny_components).bake(request_of(joined).part(level(0, 10).bounds), ignore).image
    assert image.shape == (128, 160, 4)


@pytest.mark.parametrize(
    "changes",
    [
        {"tile_size": 32},
        {"grid": "hexagonal"},
        {"seed": 2},
        {"base_prompt": "another"},
        {"negative_prompt": "blurry"},
        {"settings": {"steps": 3}},
        {"model": "models/other"},
        {"terrains": {"grass": "dry grass", "water": "deep blue water", "snow": "snow"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_a_world_has_once_has_to_agree(changes: dict[str, Any]) -> None:
    with pytest.raises(MapError, match="maps of one world, and differ in") as caught:
        join_maps(level(0, 17), [level(17, 48, **changes)])
    assert "[worlds]" in (caught.value.hint or "")
