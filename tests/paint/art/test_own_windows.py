"""Maps of several windows that begin from art and keep parts: each window sees what lies under it alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tests.paint.art.test_own_pictures import opaque, own
from tests.paint.test_pipeline import Pixels, level
from tests.paint.windows.test_paint_world import CountingStore, paint, request, world
from tilebake.level.map.grid import Bounds
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Extent
from tilebake.paint.art.own_windows import own_windows
from tilebake.paint.denoise import Span, denoise
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.scene import BakeRun, run
from tilebake.paint.windows.store import MemoryStore

COLUMNS, ROWS, TILE = 24, 12, 16  # two windows
NEAR = (slice(40, 60), slice(50, 80))  # kept: of the first window alone


def noise(width: int, height: int, seed: int = 0) -> Pixels:
    return opaque(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def kept(*parts: tuple[slice, slice]) -> Pixels:
    colours = noise(COLUMNS * TILE, ROWS * TILE, 1)
    picture = np.zeros_like(colours)
    for part in parts:
        picture[part] = colours[part]
    return picture


def with_pictures(art: Pixels | None = None, keep: Pixels | None = None) -> TileMap:
    pictures = [None if each is None else own(each) for each in (art, keep)]
    return replace(world(COLUMNS, ROWS), art=pictures[0], keep=pictures[1])


@pytest.fixture
def both() -> TileMap:
    return with_pictures(noise(COLUMNS * 4, ROWS * 4), kept(NEAR, (slice(100, 150), slice(180, 350))))


@pytest.mark.parametrize("scale", [1, 16, 32])
def test_one_window_is_the_whole_painting(tiny_components: Components, scale: int) -> None:
    tilemap = replace(level(*["g" * 16] * 16), art=own(noise(16 * scale, 16 * scale)))
    if scale == TILE:
        picture = noise(256, 256, 2)
        picture[:, :130] = 0
        tilemap = replace(tilemap, keep=own(picture))
    asked, store = request(tilemap, steps=4, init_strength=0.7), CountingStore()
    paint(tiny_components, asked, store)
    (key,) = store.painted
    whole = asked.settings.model_copy(update={"windows": "never"})
    scene = Pipeline(tiny_components).scene(replace(asked, settings=whole))

    def latents(bake_run: BakeRun) -> torch.Tensor:
        conditioning = bake_run.encode(scene.condition)
        return bake_run.denoise(lambda make: denoise(make(conditioning), lambda _: None))

    wanted = run(tiny_components, scene, latents)[0].numpy()
    found = store.get(key)
    assert found is not None
    assert wanted.std() > 0.3
    np.testing.assert_allclose(found, wanted, atol=0.02)


@pytest.mark.parametrize("settings", [{}, {"rounds": 2, "transparent": True, "keep_resolution": True}])
def test_windows_are_the_same_in_any_order_and_keep_every_pixel(
    tiny_components: Components, both: TileMap, settings: dict[str, Any]
) -> None:
    asked = request(both, init_strength=0.6, **{"steps": 3, **settings})
    whole, store = paint(tiny_components, asked), MemoryStore()
    for region in (Bounds(250, 100, 120, 80), Bounds(0, 30, 100, 64)):
        x, y, width, height = (int(edge) for edge in region)
        part = paint(tiny_components, asked.part(region), store)
        np.testing.assert_array_equal(part, whole[y : y + height, x : x + width])
    np.testing.assert_array_equal(paint(tiny_components, asked, store), whole)
    assert both.keep is not None
    picture = both.keep.pixels()
    stays = picture[..., 3] > 0
    np.testing.assert_array_equal(whole[stays], picture[stays][:, : whole.shape[2]])


def test_a_picture_in_art_pixels_is_kept_in_blocks(tiny_components: Components) -> None:
    small = kept(NEAR)[: ROWS * 4, : COLUMNS * 4]
    image = paint(tiny_components, request(with_pictures(keep=small)))
    large = small.repeat(4, axis=0).repeat(4, axis=1)
    stays = large[..., 3] > 0
    assert stays.any()
    np.testing.assert_array_equal(image[stays], large[stays][:, :3])


@pytest.mark.parametrize("key", ["art", "keep"])
def test_an_edit_of_a_picture_paints_the_windows_that_see_it(
    tiny_components: Components, both: TileMap, key: str
) -> None:
    store = CountingStore()
    asked = request(both, init_strength=0.6, steps=3)
    before = paint(tiny_components, asked, store)
    windows = len(store.painted)
    assert windows == 2
    picture = getattr(both, key).pixels().copy()
    picture[2:6, 2:6] = (9, 9, 9, 255)
    edited = replace(asked, tilemap=replace(both, **{key: own(picture)}))
    again = paint(tiny_components, edited, store)
    assert len(store.painted) - windows == 1
    np.testing.assert_array_equal(again, paint(tiny_components, edited))
    assert (again != before).any()


def test_a_window_without_a_kept_pixel_is_as_it_was(tiny_components: Components) -> None:
    store = CountingStore()
    paint(tiny_components, request(with_pictures()), store)
    paint(tiny_components, request(with_pictures(keep=kept(NEAR))), store)
    assert len(store.painted) == 2 + 1


def test_art_that_shows_nothing_near_begins_from_grey(tiny_components: Components) -> None:
    picture = noise(COLUMNS, ROWS)
    picture[:, 6:] = 0
    windows = own_windows(request(with_pictures(art=picture), init_strength=0.6), 1.0)
    assert windows is not None
    span = Span(range(1, 4))
    extents = (Extent(0, 0, 32, 32), Extent(40, 0, 72, 32))
    near, far = (windows.begin(tiny_components, each, span).clean for each in extents)
    assert near is not None
    assert far is not None
    assert near.std() > 0
    assert far.shape == near.shape
    assert not far.any()


def test_art_of_a_map_that_wraps_goes_on_at_its_other_side() -> None:
    wrapped = replace(with_pictures(art=noise(COLUMNS * 4, ROWS * 4)), wrap="x")
    windows = own_windows(request(wrapped, init_strength=0.6), 1.0)
    assert windows is not None
    assert windows.art is not None
    here, there = (windows.art.under(Extent(left, 0, left + 32, 24)) for left in (30, 30 - 2 * COLUMNS))
    np.testing.assert_array_equal(here.on_canvas(), there.on_canvas())
    assert here.box == there.box
