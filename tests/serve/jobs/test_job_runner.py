"""The worker with the real painter: the embedded model, in a process of its own, for a long time."""

import json
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from tests.helpers.counting_baker import handles
from tilebake.cli.options import Machine
from tilebake.cli.painter_factory import PainterFactory
from tilebake.errors import MapError, PromptError
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.models.reference import model_digest, resolve
from tilebake.request import AttentionQuery, BakeRequest, Step
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.files.png import png_pixels
from tilebake.serve.worker.supervisor import Supervisor

MAP = {
    "tilebake": 1,
    "tile_size": 16,
    "terrains": {"grass": "lush green grass", "water": "deep blue water"},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["gw", "gg"],
}
PAINTER = PainterFactory(Machine("cpu", "float32"))
SOURCE = resolve("embedded")
BAKES = 6
MANY_BAKES = 2000
Requests = Callable[[int], BakeRequest]


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"), limit=1 << 20)


@pytest.fixture(scope="module")
def supervisor(cache: Cache) -> Generator[Supervisor]:
    """One worker for all tests: it takes longer to start than to do what they ask for."""
    supervisor = Supervisor(PAINTER, cache.folder)
    yield supervisor
    supervisor.close()


@pytest.fixture
def asked_for() -> Requests:
    """A tiny map with a seed, for the embedded model in two steps."""
    tilemap = parse_map(json.dumps(MAP))
    settings = BakeSettings(pixels_per_tile=16, steps=2, guidance_scale=4.0, scheduler="euler")
    digest = model_digest(SOURCE)
    return lambda seed: BakeRequest(tilemap, settings, "embedded", digest, seed)


def bake(
    supervisor: Supervisor, request: BakeRequest, progress_images: list[bytes], steps: list[Step]
) -> str:
    return supervisor.bake(
        request,
        SOURCE,
        on_progress=steps.append,
        on_progress_image=progress_images.append,
        cancelled=lambda: False,
    ).result


def test_the_worker_paints_what_the_painter_paints_here(
    supervisor: Supervisor, cache: Cache, asked_for: Requests
) -> None:
    progress_images, steps = list[bytes](), list[Step]()
    supervisor.send_progress_images(True)
    there = cache.get(bake(supervisor, asked_for(1), progress_images, steps))
    supervisor.send_progress_images(False)
    here = PAINTER(SOURCE, ()).bake(asked_for(1), lambda _: None)
    np.testing.assert_array_equal(there.image, here.image)
    assert there.environment == here.environment
    assert steps == [Step(1, 2), Step(2, 2)]
    assert [png_pixels(progress_image).shape for progress_image in progress_images] == [(32, 32, 3)]


def test_the_worker_shows_where_words_work(supervisor: Supervisor, cache: Cache, asked_for: Requests) -> None:
    steps, kept = list[Step](), list_files(cache)

    def attention(query: AttentionQuery) -> NDArray[np.uint8]:
        png = supervisor.render_attention(
            asked_for(1), SOURCE, query, on_progress=steps.append, cancelled=lambda: False
        )
        return png_pixels(png)

    heat = attention(AttentionQuery(("grass",)))
    assert heat.shape == (32, 32, 4)
    assert steps == [Step(1, 2), Step(2, 2)]
    assert heat[..., 3].max() == 255
    assert heat[:16, 16:, 3].mean() < 0.6 * heat[16:, :16, 3].mean(), "the upper right tile is water"
    np.testing.assert_array_equal(
        heat, PAINTER(SOURCE, ()).render_attention(asked_for(1), AttentionQuery(("grass",)), ignore)
    )
    with pytest.raises(PromptError, match=r"no 'gras' in .*take one of: grass"):
        attention(AttentionQuery(("gras",)))
    with pytest.raises(MapError, match="no tile has the terrain 'stone'"):
        attention(AttentionQuery(("grass",), "stone"))
    assert list_files(cache) == kept


def list_files(cache: Cache) -> list[Path]:
    return sorted(path for path in cache.folder.rglob("*") if path.is_file())


def soak(supervisor: Supervisor, asked_for: Requests, bakes: int) -> float:
    """How much a worker's memory grows from the first tenth of the bakes to the end, as a share of it."""
    memory, opened = list[int](), list[int]()
    for seed in range(bakes):
        bake(supervisor, asked_for(seed), [], [])
        (worker,) = (each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline()))
        memory.append(worker.memory_info().rss)
        opened.append(handles(worker))
    assert len(set(opened)) == 1
    return memory[-1] / max(memory[: 1 + bakes // 10]) - 1


def test_bakes_leave_nothing_open(supervisor: Supervisor, asked_for: Requests) -> None:
    soak(supervisor, asked_for, BAKES)


@pytest.mark.long
def test_many_bakes_do_not_make_the_worker_grow(supervisor: Supervisor, asked_for: Requests) -> None:
    assert soak(supervisor, asked_for, MANY_BAKES) < 0.05
