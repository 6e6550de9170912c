"""One world is painted by several workers that share a store: the pixels of a serial bake, whoever dies."""

import random
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from tests.helpers.counting_baker import MISTAKE
from tests.paint.test_pipeline import ask, ignore, level
from tilebake.errors import PromptError
from tilebake.level.map.grid import Bounds
from tilebake.level.windows import part
from tilebake.models.reference import ModelSource, model_digest, resolve
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows import decode_pieces
from tilebake.paint.windows.store import Kept, MemoryStore
from tilebake.request import BakeRequest
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.messages import (
    Answered,
    Died,
    Introduced,
    Message,
    PaintOrder,
    WorkerId,
    WorldPainter,
)
from tilebake.serve.cluster.one_world import OneWorld
from tilebake.serve.cluster.painting_worker import PaintingWorker
from tilebake.serve.cluster.unit_count import UnitCount
from tilebake.texture import Texture, pixel_hash


class Killed(BaseException):
    """A worker's process ends while it puts something into the store."""


class SharedStore(MemoryStore):
    """The store of all workers, which counts what comes in, and now and then ends who brings it."""

    def __init__(self, dies: Callable[[Kept], bool] = lambda _: False) -> None:
        super().__init__()
        self.put_in = Counter[str]()
        self.deaths = 0
        self._dies = dies

    def put(self, key: str, kept: Kept) -> None:
        """Keep a window or a piece."""
        self.put_in[key] += 1
        if self.put_in[key] == 1 and self._dies(kept):
            self.deaths += 1
            raise Killed
        super().put(key, kept)


class CrewHere:
    """Workers in this process: at each look, one that has an order paints it."""

    def __init__(
        self, make: Callable[[WorkerId], WorldPainter], seed: int, site_of: Callable[[WorkerId], str]
    ) -> None:
        self.size = 3
        self.painted = Counter[WorkerId]()
        self._make = make
        self._site_of = site_of
        self._chance = random.Random(seed)
        self._workers: dict[WorkerId, PaintingWorker] = {}
        self._orders: dict[WorkerId, PaintOrder] = {}
        self._messages: list[Message] = []

    def start(self) -> WorkerId:
        worker = len(self.painted) + 1
        self.painted[worker] = 0
        self._workers[worker] = PaintingWorker(
            lambda _source, _loras: self._make(worker), lambda: self._site_of(worker)
        )
        self._messages.append(Introduced(worker, self._workers[worker].introduce()))
        return worker

    def give(self, worker: WorkerId, order: PaintOrder) -> None:
        self._orders[worker] = order

    def end(self, worker: WorkerId) -> None:
        self._orders.pop(worker, None)

    def wait(self, _seconds: float, /) -> Sequence[Message]:
        if self._orders:
            worker = self._chance.choice(sorted(self._orders))
            order = self._orders.pop(worker)
            self.painted[worker] += 1
            try:
                self._messages.append(Answered(worker, self._workers[worker].paint(order)))
            except Killed:
                self._messages.append(Died(worker, "killed"))
        messages, self._messages = self._messages, []
        return messages

    def close(self) -> None:
        pass


def refuse(*_: object) -> NoReturn:
    raise AssertionError("nobody asks where words work")


class Rack:
    """Three workers, and a world that they paint: they have one store, or each site has its own."""

    def __init__(self, components: Components, folder: Path, *stores: SharedStore, seed: int = 0) -> None:
        def make(worker: WorkerId) -> WorldPainter:
            pipeline = Pipeline(components, stores[worker % len(stores)])
            return WorldPainter(pipeline.bake, refuse, paint_unit=pipeline.paint_unit)

        self.source: ModelSource = resolve(str(folder))
        self.told: list[str] = []
        self.crew = CrewHere(make, seed, lambda worker: f"site {worker % len(stores)}")
        self.units = UnitCount()
        self.dispatcher = Dispatcher(self.crew, self.told.append)

    def paint(self, whole: BakeRequest, *parts: BakeRequest) -> list[Texture]:
        """Paint a world, or parts of it at once."""
        world = OneWorld(self.dispatcher, whole, self.source, self.units)
        with ThreadPoolExecutor() as threads:
            painted = [threads.submit(world.bake, each, ignore) for each in parts or (whole,)]
            while not all(each.done() for each in painted):
                self.dispatcher.turn(0)
        return [each.result() for each in painted]


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (part, decode_pieces):
        monkeypatch.setattr(module, "PIECE_SIDE", 32)


@pytest.fixture
def asked(tiny_sdxl_folder: Path) -> Callable[[int], BakeRequest]:
    """A map of random terrain, 96 by 48 latents in eight windows, and how many rounds it is painted in."""
    chance = random.Random(2)
    rows = ["".join(chance.choice("gws") * 6 for _ in range(8)) for _ in range(4)]
    tilemap = level(*[row for row in rows for _ in range(6)])
    digest = model_digest(resolve(str(tiny_sdxl_folder)))
    settings: dict[str, object] = {"windows": "always", "window": 256, "mask_sigma": 1.0}
    return lambda rounds: replace(ask(tilemap, 5, **settings, rounds=rounds), model_digest=digest)


Asked = Callable[[int], BakeRequest]


@pytest.mark.parametrize("rounds", [1, 2])
def test_workers_paint_the_pixels_of_one_and_nothing_twice(
    rounds: int, asked: Asked, tiny_components: Components, tiny_sdxl_folder: Path
) -> None:
    request, alone, store = asked(rounds), SharedStore(), SharedStore()
    serial = Pipeline(tiny_components, alone).bake(request, ignore)
    rack = Rack(tiny_components, tiny_sdxl_folder, store)
    (texture,) = rack.paint(request)
    np.testing.assert_array_equal(texture.image, serial.image)
    assert texture.digest == serial.digest
    assert store.put_in == alone.put_in, "the same windows and pieces, once each"
    assert min(rack.crew.painted.values()) > 1, "all take part"
    assert (texture.share, texture.degraded) == (serial.share, serial.degraded)
    assert texture.timings.keys() == serial.timings.keys()
    assert rack.units.done == rack.units.asked >= 8
    (again,) = Rack(tiny_components, tiny_sdxl_folder, store).paint(request)
    np.testing.assert_array_equal(again.image, serial.image)
    assert store.put_in == alone.put_in, "a driver that was killed finds all of it"
    assert again.share == 0


def test_a_world_that_wraps_is_shared_in_any_order(
    tiny_components: Components, tiny_sdxl_folder: Path
) -> None:
    chance = random.Random(3)
    rows = ["".join(chance.choice("gws") * 5 for _ in range(10)) for _ in range(4)]
    tilemap = level(*[row for row in rows for _ in range(5)], wrap="both")
    digest = model_digest(resolve(str(tiny_sdxl_folder)))
    settings: dict[str, object] = {"windows": "always", "window": 256, "mask_sigma": 1.0, "rounds": 2}
    request = replace(ask(tilemap, 1, **settings), model_digest=digest)  # 100 by 40 latents, 5 by 2 windows
    alone, store = SharedStore(), SharedStore()
    serial = Pipeline(tiny_components, alone).bake(request, ignore)
    rack = Rack(tiny_components, tiny_sdxl_folder, store, seed=4)
    pages = rack.paint(request, *(request.part(Bounds(left, 0, 400, 320)) for left in (0, 400)))
    assert pixel_hash(np.concatenate([page.image for page in pages], axis=1)) == pixel_hash(serial.image)
    assert store.put_in == alone.put_in, "each window and piece of one period, once"
    assert min(rack.crew.painted.values()) > 1, "all take part"
    assert rack.units.done == rack.units.asked == 2 * 3 * 1 + 4 * 2


def test_who_dies_costs_what_was_in_its_hands(
    asked: Asked, tiny_components: Components, tiny_sdxl_folder: Path
) -> None:
    request, kinds = asked(1), Counter[str]()
    serial = Pipeline(tiny_components).bake(request, ignore)

    def dies(kept: Kept) -> bool:  # no unit ends two workers, for it would be set aside
        kinds[str(kept.dtype)] += 1
        return kinds[str(kept.dtype)] in ({2} if kept.dtype == np.float32 else {1, 3, 4})

    store = SharedStore(dies)
    (texture,) = Rack(tiny_components, tiny_sdxl_folder, store).paint(request)
    np.testing.assert_array_equal(texture.image, serial.image)
    assert store.deaths == 4
    assert store.put_in.total() - len(store.put_in) == 4, "each death costs one window or piece"


def test_machines_that_share_no_windows_paint_at_one_of_them(
    asked: Asked, tiny_components: Components, tiny_sdxl_folder: Path
) -> None:
    request, alone = asked(1), SharedStore()
    serial = Pipeline(tiny_components, alone).bake(request, ignore)
    stores = [SharedStore() for _ in range(3)]
    rack = Rack(tiny_components, tiny_sdxl_folder, *stores)
    (texture,) = rack.paint(request)
    np.testing.assert_array_equal(texture.image, serial.image)
    assert sorted(len(store.put_in) for store in stores) == [0, 0, len(alone.put_in)], "one paints all of it"
    assert [text.partition(",")[0] for text in rack.told] == [
        f"the worker on {socket.gethostname()} keeps windows in site {number}" for number in (2, 0)
    ]


def test_pages_that_are_painted_at_once_share_what_both_see(
    asked: Asked, tiny_components: Components, tiny_sdxl_folder: Path
) -> None:
    request, store = asked(2), SharedStore()
    serial = Pipeline(tiny_components).bake(request, ignore)
    width = serial.image.shape[1]
    halves = [request.part(Bounds(left, 0, width / 2, 384)) for left in (0, width / 2)]
    pages = Rack(tiny_components, tiny_sdxl_folder, store).paint(request, *halves)
    np.testing.assert_array_equal(np.concatenate([page.image for page in pages], axis=1), serial.image)
    assert [page.digest for page in pages] == [half.digest() for half in halves]
    assert set(store.put_in.values()) == {1}


def test_a_world_that_cannot_be_painted_is_given_up_at_once(
    asked: Asked, tiny_components: Components, tiny_sdxl_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise MISTAKE

    request = asked(1)
    rack = Rack(tiny_components, tiny_sdxl_folder, SharedStore())
    monkeypatch.setattr(Pipeline, "paint_unit", fail)
    with pytest.raises(PromptError, match="no such word"):
        rack.paint(request)
    assert rack.crew.painted.total() <= 3, "no worker begins another unit of it"
    assert rack.units.done == rack.units.asked
