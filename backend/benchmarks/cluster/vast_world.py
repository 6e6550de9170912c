"""Where the driver of a world of a million tiles saturates: 64 workers that answer at once.

    python -m benchmarks.cluster.vast_world --pages 24

No Ray and no model is involved: what is measured is this process. It parts the world into units, cuts their
surroundings out, hands them out, verifies pages and writes them. Some pages are painted, and what all would
take follows from them. Prints a table, and one JSON line last.
"""

import json
import resource
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.cluster.scheduling import InstantCrew
from benchmarks.figures import Figure, json_line, table
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.models.reference import ModelSource
from tilebake.request import BakeRequest, Step
from tilebake.serve.bake.texture_cache import pack_texture, result_digest
from tilebake.serve.cluster.bake_on_cluster import PAGES_AHEAD, WORKERS_A_PAGE
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.messages import Answered, PaintedTexture, PaintOrder, WorkerId
from tilebake.serve.cluster.one_world import OneWorld
from tilebake.serve.cluster.unit_count import UnitCount
from tilebake.serve.pages.page_files import write_page
from tilebake.serve.pages.page_jobs import PageJob, page_jobs
from tilebake.texture import PaintedUnit, Texture, pixel_hash

SIDE = 1000  # tiles
PICTURE = Path(__file__).resolve().parents[3] / "docs" / "coast.jpg"
SOURCE = ModelSource("embedded", "embedded", Path("nowhere"))


class StubCrew(InstantCrew):
    """Workers that answer at once: a unit with nothing, a page with a painting's pixels."""

    seconds = 0.0  # of this process that are the workers' own

    def give(self, worker: WorkerId, order: PaintOrder) -> None:
        """Answer an order."""
        began = time.thread_time()
        if order.unit is not None:
            self._messages.append(Answered(worker, PaintedUnit(4, {"denoise": 1.0}, ())))
        else:
            texture = picture_of(order.request)
            answer = PaintedTexture(result_digest(texture), pack_texture(texture), 1.0)
            self._messages.append(Answered(worker, answer))
        self.seconds += time.thread_time() - began


def picture_of(request: BakeRequest) -> Texture:
    """Return a picture of a page's size, cut from a painting."""
    width, height = round(request.shown.width), round(request.shown.height)
    painting = painting_of()
    across, down = -(-width // painting.shape[1]), -(-height // painting.shape[0])
    image = np.ascontiguousarray(np.tile(painting, (down, across, 1))[:height, :width])
    image[0, 0] = np.frombuffer(bytes.fromhex(request.digest()[:6]), np.uint8)  # no page is another
    return Texture(image, request.digest(), pixel_hash(image))


@cache
def painting_of() -> NDArray[np.uint8]:
    """Return pixels that pack as badly as a painting's."""
    with Image.open(PICTURE) as picture:
        return np.asarray(picture.convert("RGB"))


def world_of(side: int, rounds: int = 1) -> BakeRequest:
    """Return a request of a map of so many tiles a side, 64 pixels each."""
    rows = ["".join("gws"[(x // 7 + y // 5 * (x // 31 + 1)) % 3] for x in range(side)) for y in range(side)]
    content = {
        "tilebake": 1,
        "tile_size": 64,
        "terrains": {"grass": "grass", "water": "water", "stone": "stone"},
        "legend": {"g": "grass", "w": "water", "s": "stone"},
        "rows": rows,
    }
    tilemap = parse_map(json.dumps(content))
    settings = decide(tilemap, BakeSettings(window=512, rounds=rounds, steps=10)).settings
    return BakeRequest(tilemap, settings, "embedded", "0" * 64, 1)


@click.command()
@click.option("--workers", default=64, show_default=True)
@click.option("--pages", default=24, show_default=True, help="That are painted.")
def main(workers: int, pages: int) -> None:
    """Paint the first pages of a world by stubs, and print what the driver does in a second."""
    began = time.process_time()
    request = world_of(SIDE)
    parsed = time.process_time()
    jobs = page_jobs(request)
    laid = time.process_time()
    crew, units = StubCrew(workers), UnitCount()
    dispatcher = Dispatcher(crew, print)
    with tempfile.TemporaryDirectory() as folder:
        seconds, writing = _paint(dispatcher, request, jobs[:pages], units, Path(folder), workers)
    own = seconds - crew.seconds
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    figures = [
        Figure("pages of the world", "count", len(jobs)),
        Figure("the map, read", "seconds", parsed - began),
        Figure("all pages, laid and cut", "seconds", laid - parsed),
        Figure("units a page", "count", units.asked / pages),
        Figure("processors' time for a page, its units with it", "seconds", own / pages),
        Figure("of it, packing and writing the page", "seconds", writing / pages),
        Figure("units a processor second", "count", units.asked / own),
        Figure("processors' time for the whole world", "seconds", laid - began + own / pages * len(jobs)),
        Figure("most memory of the driver", "bytes", most),
    ]
    print(table(figures))
    print(json_line("cluster.vast_world", figures, workers=workers, pages=pages))


def _paint(
    dispatcher: Dispatcher,
    request: BakeRequest,
    jobs: Sequence[PageJob],
    units: UnitCount,
    folder: Path,
    workers: int,
) -> tuple[float, float]:
    """Paint and write some pages as a bake does; return the processors' seconds, and those of writing."""
    began = time.process_time()
    world = OneWorld(dispatcher, request, SOURCE, units)

    def make(job: PageJob) -> float:
        texture = world.bake(job.request, _ignore)
        before = time.thread_time()
        write_page(folder, folder / "world.png", job.place, texture)
        return time.thread_time() - before

    with ThreadPoolExecutor(PAGES_AHEAD + workers // WORKERS_A_PAGE) as threads:
        made = [threads.submit(make, job) for job in jobs]
        while not all(each.done() for each in made):
            dispatcher.turn(0.01)
    writing = sum(each.result() for each in made)
    return time.process_time() - began, writing


def _ignore(_step: Step) -> None:
    """Do nothing after a step."""


if __name__ == "__main__":
    main()
