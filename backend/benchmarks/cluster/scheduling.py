"""How many maps a driver plans and hands out, with workers that answer at once, and in how much memory.

    python -m benchmarks.cluster.scheduling --maps 10000

No Ray and no model is involved: what is measured is this process, in the processors' time, which others on a
machine change least. Prints a table, and one JSON line last.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click
import numpy as np
import psutil

from benchmarks.figures import Figure, json_line, table
from tilebake.request import BakeRequest
from tilebake.serve.bake.batch import Failed, Started, bake_by
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import BakeOptions, PlannedBake
from tilebake.serve.bake.texture_cache import pack_texture, result_digest
from tilebake.serve.cluster.bake_on_cluster import AHEAD, ClusterBake
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.messages import (
    Answered,
    Introduced,
    Message,
    PaintedTexture,
    PaintOrder,
    WorkerId,
    identity_on,
)
from tilebake.texture import Texture, pixel_hash

SIDE = 8  # tiles
TILE = 16  # pixels


class InstantCrew:
    """Workers that answer at once, with one colour by the seed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._started = 0
        self._messages: list[Message] = []

    def start(self) -> WorkerId:
        """Start a worker, which is ready."""
        self._started += 1
        self._messages.append(Introduced(self._started, identity_on("here")))
        return self._started

    def give(self, worker: WorkerId, order: PaintOrder) -> None:
        """Answer an order."""
        texture = one_colour(order.request)
        self._messages.append(
            Answered(worker, PaintedTexture(result_digest(texture), pack_texture(texture), 1.0))
        )

    def end(self, worker: WorkerId) -> None:
        """Do nothing: there is no process."""

    def wait(self, seconds: float, /) -> Sequence[Message]:
        """Return what was answered."""
        if not self._messages:
            time.sleep(min(seconds, 0.001))
        messages, self._messages = self._messages, []
        return messages

    def close(self) -> None:
        """Do nothing."""


def one_colour(request: BakeRequest) -> Texture:
    """Return a texture of the map's size, which costs nothing."""
    image = np.full((SIDE * TILE, SIDE * TILE, 3), request.seed % 256, np.uint8)
    return Texture(image, request.digest(), pixel_hash(image))


def write_maps(folder: Path, count: int) -> None:
    """Write maps that differ in their seeds, in folders of a hundred."""
    for seed in range(count):
        content = {
            "tilebake": 1,
            "tile_size": TILE,
            "terrains": {"grass": "grass", "water": "water"},
            "legend": {"g": "grass", "w": "water"},
            "rows": ["g" * (SIDE - 1) + "w"] * SIDE,
            "seed": seed,
        }
        path = folder / f"{seed // 100}" / f"{seed}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")


@click.command()
@click.option("--maps", default=10_000, show_default=True)
@click.option("--workers", default=64, show_default=True)
def main(maps: int, workers: int) -> None:
    """Plan and hand out maps, then hand them out and publish them, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        write_maps(Path(folder), maps)
        began = time.process_time()
        jobs = plan(Path(folder))
        planned = time.process_time()
        hand_out(jobs, workers)
        handed_out = time.process_time()
        seconds = publish(jobs, workers)
        memory = psutil.Process().memory_info().rss
        figures = [
            Figure("maps planned a second", "count", maps / (planned - began)),
            Figure(
                "orders handed out and textures verified a second", "count", maps / (handed_out - planned)
            ),
            Figure("maps handed out and published a second", "count", maps / seconds),
            Figure("memory of the driver", "bytes", float(memory), most=5e8),
        ]
    print(table(figures))
    print(json_line("cluster.scheduling", figures, maps=maps, workers=workers))


def plan(folder: Path) -> list[PlannedBake]:
    """Plan all maps, and return those that are stale."""
    kept: list[PlannedBake] = []

    def keep(jobs: list[PlannedBake]) -> Iterator[Started | Failed]:
        kept.extend(jobs)
        return iter(())

    list(bake_by(find_maps([folder]), BakeOptions(), keep))
    return kept


def hand_out(jobs: Sequence[PlannedBake], workers: int) -> None:
    """Have all jobs painted, as many at once as a bake has, and drop the textures."""
    dispatcher = Dispatcher(InstantCrew(workers), print)
    left = iter(jobs)
    waiting = [dispatcher.submit(job.request, job.source) for job in islice(left, AHEAD * workers)]
    while waiting:
        dispatcher.turn(0.01)
        done = [each for each in waiting if each.done()]
        waiting = [each for each in waiting if not each.done()]
        waiting += [dispatcher.submit(job.request, job.source) for job in islice(left, len(done))]


def publish(jobs: Sequence[PlannedBake], workers: int) -> float:
    """Hand out and publish all jobs, and return the processors' seconds."""
    began = time.process_time()
    bake = ClusterBake(
        Dispatcher(InstantCrew(workers), print),
        workers,
        around=lambda baker: baker,
        hold=lambda _job: None,
        check=lambda: None,
        force=False,
    )
    for event in bake.bake(jobs):
        if isinstance(event, Failed):
            raise event.error
    return time.process_time() - began


if __name__ == "__main__":
    main()
