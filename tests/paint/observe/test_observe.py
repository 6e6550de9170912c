"""Watching a scene: the same picture, and maps to read."""

import io
import json

import numpy as np
import pytest

from tilebake.errors import BakeError
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.model.load import Components
from tilebake.paint.observe.attention_maps import AttentionMaps, find_level, npz_bytes
from tilebake.paint.observe.observe import observe_words
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.attention_sheet import attention_sheet, over, strip
from tilebake.request import BakeRequest, Step

QUICK = BakeSettings(pixels_per_tile=16, steps=3, guidance_scale=4.0, scheduler="dpmpp_2m")


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


def lake() -> TileMap:
    return parse_map(
        json.dumps(
            {
                "tilebake": 1,
                "base_prompt": "top down map",
                "tile_size": 16,
                "terrains": {"grass": "lush green grass", "water": "deep blue water"},
                "legend": {"g": "grass", "w": "water"},
                "rows": ["gggww", "ggwww", "ggwww"],
            }
        )
    )


def ask(tilemap: TileMap) -> BakeRequest:
    return BakeRequest(tilemap, QUICK, model="tiny", model_digest="0" * 64, seed=5)


def test_an_observed_bake_has_the_pixels_of_a_plain_one(components: Components) -> None:
    pipeline, request = Pipeline(components), ask(lake())
    observed = observe_words(components, pipeline.scene(request), ["grass", "map"], ignore)
    np.testing.assert_array_equal(observed.image, pipeline.bake(request, ignore).image)
    assert (observed.extra.words, observed.extra.regions) == (("grass", "map"), ((0,), (None,)))
    assert {maps.shape[:2] for maps in observed.extra.levels.values()} == {(3, 2)}


def test_a_terrains_word_is_hot_inside_its_own_tiles_alone(embedded_components: Components) -> None:
    scene = Pipeline(embedded_components).scene(ask(lake()))
    heat = observe_words(embedded_components, scene, ["grass"], ignore).extra.by_step(1)[:, 0].mean(axis=0)
    assert heat.shape == (3, 5)
    assert heat[:, :2].mean() > 4 * heat[:, 3:].mean()


def test_a_plain_prompt_is_observed_with_the_pixels_of_generate(tiny_components: Components) -> None:
    pipeline = Pipeline(tiny_components)
    settings = BakeSettings(steps=2, guidance_scale=4.0, scheduler="euler")
    scene = pipeline.plain_scene("snow on stone", None, (72, 40), settings, seed=3)
    observed = observe_words(tiny_components, scene, ["snow"], ignore)
    plain = pipeline.generate("snow on stone", (72, 40), ignore, settings=settings, seed=3)
    np.testing.assert_array_equal(observed.image, plain.image)
    assert observed.extra.sizes() == {1: (3, 5), 2: (2, 3)}


def random_maps() -> AttentionMaps:
    random = np.random.default_rng(0)
    levels = {level: random.random((4, 2, *size), np.float32) for level, size in ((1, (3, 5)), (2, (2, 3)))}
    return AttentionMaps(("grass", "map"), ((0,), (None,)), levels)


def test_maps_are_read_back_from_npz() -> None:
    maps = random_maps()
    with np.load(io.BytesIO(npz_bytes(maps, ["meadow"]))) as arrays:
        assert arrays["words"].tolist() == ["grass", "map"]
        assert arrays["terrains"].tolist() == ["meadow", "base prompt"]
        assert arrays["steps"].tolist() == [1, 2, 3, 4]
        np.testing.assert_array_equal(arrays["maps_5x3"], maps.levels[1])
        np.testing.assert_array_equal(arrays["maps_3x2"], maps.levels[2])


def test_without_a_level_all_of_them_are_averaged() -> None:
    even = AttentionMaps(
        ("a",),
        ((None,),),
        {1: np.full((1, 1, 3, 5), 0.2, np.float32), 2: np.full((1, 1, 2, 3), 0.6, np.float32)},
    )
    np.testing.assert_allclose(even.by_step(), np.full((1, 1, 3, 5), 0.4), rtol=1e-6)
    np.testing.assert_array_equal(even.by_step(2), even.levels[2])


def test_a_level_is_called_by_its_size() -> None:
    sizes = random_maps().sizes()
    assert [find_level(name, sizes) for name in ("5", "5x3", "2", "3x2")] == [1, 1, 2, 2]
    with pytest.raises(BakeError, match="no attention maps of size '16'; choose one of: 5x3, 3x2"):
        find_level("16", sizes)


def test_a_sheet_has_a_row_for_each_word(tiny_components: Components) -> None:
    tilemap = lake()
    scene = Pipeline(tiny_components).scene(ask(tilemap))
    observed = observe_words(tiny_components, scene, ["grass", "map"], ignore)
    rows = [
        attention_sheet(tilemap, scene, seen, steps=slice(0, 2), level=None, heading="lake").shape[0]
        for seen in (observed, observe_words(tiny_components, scene, ["grass"], ignore))
    ]
    assert rows[0] > 1.3 * rows[1]


def test_heat_over_a_picture_is_brightest_at_the_peak() -> None:
    values = np.zeros((4, 6), np.float32)
    values[1, 4] = 0.01
    bright = over(np.full((40, 60, 4), 90, np.uint8), values).sum(axis=-1)
    assert np.unravel_index(bright.argmax(), bright.shape)[0] in range(10, 20)
    assert np.unravel_index(bright.argmax(), bright.shape)[1] in range(40, 50)


def test_a_strip_is_in_reading_order_on_one_scale() -> None:
    maps = [np.full((2, 2), value, np.float32) for value in (0.1, 0.2, 0.4)]
    grid = strip(maps)
    side = grid.shape[0] // 2
    means = [grid[y : y + side, x : x + side].mean() for y in (0, side) for x in (0, side)]
    assert means[0] < means[1] < means[2]
    assert means[3] < means[0]
