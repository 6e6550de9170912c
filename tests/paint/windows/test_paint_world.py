"""A world is painted in windows: whole or in parts, in any order, again or anew, with the same pixels."""

import copy
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.paint.test_pipeline import TERRAINS, ask, level
from tilebake.level.map.grid import Bounds
from tilebake.level.settings import SCHEDULERS
from tilebake.level.tilemap import Terrain, TileMap
from tilebake.level.windows.part import part_around
from tilebake.level.windows.window_masks import BOOSTED, REACH
from tilebake.paint.denoise import Span, denoise
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.scene import BakeRun, run
from tilebake.paint.windows.decoder.narrow_borders import field_of_view
from tilebake.paint.windows.store import Kept, MemoryStore
from tilebake.request import BakeRequest, Step

WINDOW: Mapping[str, object] = {
    "windows": "always",
    "window": 256,
    "rounds": 1,
    "mask_sigma": 1.0,
}  # 32 latents, 24 apart


@pytest.fixture
def components(tiny_components: Components) -> Components:
    """The tiny model: windows are the same for all, and the embedded one takes minutes for all of this."""
    return tiny_components


class CountingStore(MemoryStore):
    """A store that counts what was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[str] = []
        self.decoded: list[str] = []

    def put(self, key: str, kept: Kept) -> None:
        """Keep a window or a piece, and its key."""
        (self.painted if kept.dtype == np.float32 else self.decoded).append(key)
        super().put(key, kept)


def with_pieces(store: CountingStore, keys: Sequence[str]) -> CountingStore:
    """A store that has some decoded pieces of another one, and no window."""
    pieces = CountingStore()
    for key in keys:
        piece = store.get(key)
        assert piece is not None
        pieces.put(key, piece)
    return pieces


def world(columns: int = 36, rows: int = 24, seed: int = 1, signs: str = "gws") -> TileMap:
    """A map of random blocks of six tiles, at 16 canvas pixels a tile 72 by 48 latents large."""
    chance = random.Random(seed)
    lines = ["".join(chance.choice(signs) * 6 for _ in range(columns // 6)) for _ in range(rows // 6)]
    return level(*[line for line in lines for _ in range(6)])


def request(tilemap: TileMap, **settings: object) -> BakeRequest:
    return ask(tilemap, 5, **{**WINDOW, **settings})


def with_tile(tilemap: TileMap, x: int, y: int, name: str) -> TileMap:
    """The map with another terrain in one cell."""
    tiles = [tile._replace(terrain=name) if (tile.x, tile.y) == (x, y) else tile for tile in tilemap.tiles]
    return replace(tilemap, tiles=type(tilemap.tiles).of(tiles))


def paint(components: Components, asked: BakeRequest, store: MemoryStore | None = None) -> NDArray[np.uint8]:
    return Pipeline(components, store).bake(asked, lambda _: None).image


class Whole(NamedTuple):
    """A world that was painted whole, with what was kept and told of it."""

    rounds: int
    asked: BakeRequest
    store: CountingStore
    steps: list[Step]
    image: NDArray[np.uint8]


def paint_whole(components: Components, rounds: int) -> Whole:
    asked, store, steps = request(world(), rounds=rounds), CountingStore(), list[Step]()
    return Whole(rounds, asked, store, steps, Pipeline(components, store).bake(asked, steps.append).image)


@pytest.fixture(scope="module", params=[1, 2], ids=str)
def whole(request: pytest.FixtureRequest, tiny_components: Components) -> Whole:
    return paint_whole(tiny_components, request.param)


def test_a_part_is_the_same_part_of_the_whole(whole: Whole, components: Components) -> None:
    x, y, width, height = region = Bounds(208, 176, 160, 112)
    part = replace(whole.asked, region=region)
    alone = replace(part, tilemap=part_around(part.tilemap, part.settings, region))
    assert np.array_equal(paint(components, part), whole.image[y : y + height, x : x + width])
    assert np.array_equal(paint(components, alone), whole.image[y : y + height, x : x + width])


def test_a_part_is_the_same_for_a_model_that_paints(embedded_components: Components) -> None:
    whole = paint_whole(embedded_components, 1)
    test_a_part_is_the_same_part_of_the_whole(whole, embedded_components)


def test_what_was_painted_before_changes_no_pixel(whole: Whole, components: Components) -> None:
    store = MemoryStore()
    for region in (Bounds(400, 250, 120, 100), Bounds(0, 250, 64, 64), Bounds(220, 0, 200, 200)):
        paint(components, replace(whole.asked, region=region), store)
    assert np.array_equal(paint(components, whole.asked, store), whole.image)


def test_a_second_painting_paints_no_window_and_an_edit_paints_those_that_see_it(
    whole: Whole, components: Components
) -> None:
    store, windows = copy.deepcopy(whole.store), len(whole.store.painted)
    assert windows == 3 * 2 * whole.rounds
    assert np.array_equal(paint(components, whole.asked, store), whole.image)
    assert len(store.painted) == windows
    edited = request(with_tile(whole.asked.tilemap, 3, 3, "s"), rounds=whole.rounds)
    again = paint(components, edited, store)
    assert 0 < len(store.painted) - windows <= {1: 1, 2: 1 + 4}[whole.rounds]
    assert np.array_equal(again, paint(components, edited)), "a clean painting is the same"
    assert not np.array_equal(again, whole.image)
    assert np.array_equal(paint(components, whole.asked, store), whole.image), "undone"


@pytest.mark.parametrize("rounds", [1, 2])
def test_windows_are_painted_for_pieces_that_are_not_kept_alone(rounds: int, components: Components) -> None:
    asked, first = request(world(120, 12), rounds=rounds), CountingStore()
    image = paint(components, asked, first)
    store = with_pieces(first, first.decoded)
    assert np.array_equal(paint(components, asked, store), image)
    assert not store.painted, "as where others decoded them"
    store = with_pieces(first, first.decoded[:-1])
    assert np.array_equal(paint(components, asked, store), image)
    assert 0 < len(store.painted) < len(first.painted) / 1.5


@pytest.mark.parametrize("whole", [1], indirect=True)
def test_steps_are_those_of_the_windows_that_are_missing(whole: Whole, components: Components) -> None:
    assert [(step.step, step.steps) for step in whole.steps] == [(at, 12) for at in range(1, 13)]
    steps: list[Step] = []
    edited = request(with_tile(whole.asked.tilemap, 3, 3, "s"))
    Pipeline(components, copy.deepcopy(whole.store)).bake(edited, steps.append)
    assert [(step.step, step.steps) for step in steps] == [(1, 2), (2, 2)]


def test_growing_by_a_row_keeps_all_but_a_ring(embedded_components: Components) -> None:
    before = world(12, 36)
    after = level(*_rows(before), "w" * 12)
    first, second = (paint(embedded_components, request(each)) for each in (before, after))
    ring = 256 + 8 * (BOOSTED * int(REACH) + field_of_view(embedded_components.vae))  # pixels: a window, what
    assert ring < 576  # its masks see, and the decoder
    assert np.array_equal(second[: 576 - ring], first[: 576 - ring])
    assert not np.array_equal(second[:576], first)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_scheduler_paints_the_same_part(scheduler: str, components: Components) -> None:
    asked = request(world(24, 12), rounds=2, scheduler=scheduler, steps=4)
    whole, region = paint(components, asked), Bounds(16, 32, 160, 100)
    assert whole.std() > 1
    assert np.array_equal(paint(components, replace(asked, region=region)), whole[32:132, 16:176])


def test_a_prompt_changes_the_windows_that_hear_it(components: Components) -> None:
    snowy, store = with_tile(world(signs="gw"), 1, 1, "s"), CountingStore()
    snowy = replace(snowy, terrains=tuple(Terrain(name, TERRAINS[name]) for name in "gsw"))
    paint(components, request(snowy), store)
    painted = len(store.painted)
    grass, _, water = snowy.terrains
    bones = replace(snowy, terrains=(grass, Terrain("s", "a heap of old bones"), water))
    paint(components, request(bones), store)
    assert len(store.painted) - painted == 1


def _rows(tilemap: TileMap) -> list[str]:
    """The rows that a map was drawn in."""
    named = {(tile.x, tile.y): tile.terrain for tile in tilemap.tiles}
    columns, rows = 1 + max(x for x, _ in named), 1 + max(y for _, y in named)
    return ["".join(named[x, y] for x in range(columns)) for y in range(rows)]


@pytest.mark.parametrize("scheduler", ["euler_a", "lcm"])
def test_the_noise_of_a_step_belongs_to_its_place(scheduler: str, components: Components) -> None:
    """Two windows get the same noise where they overlap, and not the same noise each."""
    asked = request(level(*["g" * 24] * 12), scheduler=scheduler, steps=3)
    store = CountingStore()
    paint(components, asked, store)
    first, second, *_ = (store.get(key) for key in store.painted)
    assert first is not None
    assert second is not None
    first, second = (each - each.mean(axis=(1, 2), keepdims=True) for each in (first, second))
    where_they_overlap = np.corrcoef(first[..., 24:].ravel(), second[..., :8].ravel())[0, 1]
    pixel_by_pixel = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    assert where_they_overlap > pixel_by_pixel + 0.3


@pytest.mark.parametrize("scheduler", ["euler_a", "lcm"])
def test_noise_is_replaced_without_a_trace(scheduler: str, tiny_components: Components) -> None:
    """A span that wants the noise which the scheduler draws anyway changes nothing."""
    scene = Pipeline(tiny_components).scene(ask(level(*["gw" * 8] * 8), scheduler=scheduler, steps=3))

    def latents(bake_run: BakeRun, span: Span | None) -> torch.Tensor:
        conditioning = bake_run.encode(scene.condition)
        return bake_run.denoise(lambda make: denoise(make(conditioning, span=span), lambda _: None))

    generator = torch.Generator("cpu").manual_seed(scene.sampling.seed)
    shape = (1, tiny_components.unet.config["in_channels"], *scene.canvas.latent_size)
    drawn = [torch.randn(shape, generator=generator) for _ in range(3)]
    span = Span(range(3), step_noise=lambda step: drawn[step])
    stock = run(tiny_components, scene, lambda each: latents(each, None))
    replaced = run(tiny_components, scene, lambda each: latents(each, span))
    assert torch.allclose(stock, replaced, atol=1e-4)
