"""Maps of several windows that are held to a picture: each window sees what lies under it alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.paint.references.test_reference_pictures import latents_of, own_picture
from tests.paint.structure.test_structure import colours, components, controlnet_folder
from tests.paint.test_pipeline import Pixels, level
from tests.paint.windows.test_paint_world import CountingStore, paint, request, world
from tilebake.level.map.grid import Bounds
from tilebake.level.tilemap import TileMap
from tilebake.level.windows.lattice import Window
from tilebake.paint.denoise import Sampling
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows.paint_world import world_of
from tilebake.paint.windows.store import MemoryStore
from tilebake.request import BakeRequest

__all__ = ["components", "controlnet_folder"]  # fixtures
COLUMNS, ROWS = 24, 12  # two windows, at 16 pixels a tile
SIZE = COLUMNS * 16, ROWS * 16


def held(tilemap: TileMap, **settings: Any) -> BakeRequest:
    given = {"controlnet": "c", "controlnet_strength": 0.8, "steps": 2, **settings}
    return request(tilemap, **given)


def with_structure(pixels: Pixels) -> TileMap:
    return replace(world(COLUMNS, ROWS), structure=own_picture(pixels))


@pytest.mark.parametrize("settings", [{}, {"controlnet_edges": True}])
def test_one_window_is_the_whole_painting(components: Components, settings: dict[str, Any]) -> None:
    tilemap = replace(level(*["gw" * 8] * 16), structure=own_picture(colours(256, 256)))
    asked, store = held(tilemap, **settings), CountingStore()
    paint(components, asked, store)
    (key,) = store.painted
    whole = asked.settings.model_copy(update={"windows": "never"})
    wanted = latents_of(components, Pipeline(components).scene(replace(asked, settings=whole)))[0].numpy()
    found = store.get(key)
    assert found is not None
    np.testing.assert_allclose(found, wanted, atol=0.02)  # windows are kept in half precision


def test_windows_are_the_same_in_any_order(components: Components) -> None:
    asked = held(with_structure(colours(*SIZE)), rounds=2, controlnet_edges=True)
    whole, store = paint(components, asked), MemoryStore()
    for region in (Bounds(250, 100, 120, 80), Bounds(0, 30, 100, 64)):
        x, y, width, height = (int(edge) for edge in region)
        part = paint(components, asked.part(region), store)
        np.testing.assert_array_equal(part, whole[y : y + height, x : x + width])


def test_a_change_paints_the_windows_that_see_it(components: Components) -> None:
    store, pixels = CountingStore(), colours(*SIZE)
    before = paint(components, held(with_structure(pixels)), store)
    assert len(store.painted) == 2
    pixels[20:30, 20:30, :3] = 9
    edited = held(with_structure(pixels))
    again = paint(components, edited, store)
    assert len(store.painted) == 3
    np.testing.assert_array_equal(again, paint(components, edited))
    assert (again != before).any()


def test_a_windows_key_counts_how_the_controlnet_works(components: Components) -> None:
    def key(**settings: Any) -> str:
        asked = held(tilemap, **settings)
        sampling = Sampling.from_settings(asked.settings, components.defaults, 5)
        return world_of(components, asked, sampling).content(Window(0, 0)).digest

    tilemap = with_structure(colours(*SIZE))
    changes = {"strength": 0.5, "start": 0.5, "end": 0.5, "edges": True}
    keys = {key(), *(key(**{f"controlnet_{name}": value}) for name, value in changes.items())}
    assert len(keys) == 1 + len(changes)
    assert key(controlnet_strength=0) not in keys


def test_a_window_over_art_that_shows_nothing_near_is_held_to_nothing(components: Components) -> None:
    pixels = colours(48 * 16, ROWS * 16)
    pixels[:, 160:] = 0
    tilemap = replace(world(48, ROWS), art=own_picture(pixels))
    store = CountingStore()
    for strength, painted in ((0.0, 4), (0.8, 6)):  # of four windows, two have art near
        paint(components, held(tilemap, controlnet_strength=strength, steps=1), store)
        assert len(store.painted) == painted
