"""How many windows and pieces workers read from the store that they share, while they paint one world.

    python -m benchmarks.cluster.store_reads --workers 4 --rounds 2

Each worker stands for a machine: what it has painted or read before is in its own cache. Nothing is painted:
a stub waits as long as an order may take, a hundredth of a second for each window. Prints a table, and one
JSON line last.
"""

import random
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor

import click
import numpy as np

from benchmarks.cluster.scheduling import InstantCrew
from benchmarks.cluster.vast_world import SOURCE, world_of
from benchmarks.figures import Figure, json_line, table
from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.windows.lattice import lattice_over
from tilebake.level.windows.world_units import PieceUnit, WindowsUnit, WorldUnit, WorldUnits
from tilebake.request import BakeRequest, Step
from tilebake.serve.bake.texture_cache import pack_texture, result_digest
from tilebake.serve.cluster.bake_on_cluster import PAGES_AHEAD, WORKERS_A_PAGE
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.messages import (
    Answer,
    Answered,
    Introduced,
    Message,
    PaintedTexture,
    PaintOrder,
    WorkerId,
    identity_on,
)
from tilebake.serve.cluster.one_world import OneWorld
from tilebake.serve.cluster.unit_count import UnitCount
from tilebake.serve.pages.page_jobs import page_jobs
from tilebake.texture import PaintedUnit, Texture, pixel_hash

WINDOW, PIECE, PAGE = 0.01, 0.007, 0.007  # seconds
NO_PAGE = np.zeros((1, 1, 3), np.uint8)


class ReadingCrew(InstantCrew):
    """Workers that count what they would read, and answer when they would have painted."""

    def __init__(self, size: int, request: BakeRequest) -> None:
        super().__init__(size)
        self.read = Counter[str]()
        self._units = WorldUnits(request.tilemap, request.settings)
        side = (request.settings.window or 0) // LATENT
        self._lattice = lattice_over(canvas_of(request.tilemap, request.settings), side, None)
        self._last = (request.settings.rounds or 1) - 1
        self._has: dict[WorkerId, set[Hashable]] = {}
        self._answers: list[tuple[float, Answered]] = []
        self._chance = random.Random(1)

    def start(self) -> WorkerId:
        """Start a worker of the one site, which is ready."""
        worker = len(self._has) + 1
        self._has[worker] = set()
        self._messages.append(Introduced(worker, identity_on("here")))
        return worker

    def give(self, worker: WorkerId, order: PaintOrder) -> None:
        """Note what an order reads, and answer it later."""
        if order.unit is None:
            needed, seconds = self._pieces(order.request), PAGE
            texture = Texture(NO_PAGE, order.request.digest(), pixel_hash(NO_PAGE))
            answer: Answer = PaintedTexture(result_digest(texture), pack_texture(texture), 1.0)
        else:
            needed = self._seen(order.unit)
            seconds = PIECE if isinstance(order.unit, PieceUnit) else WINDOW * len(order.unit.windows)
            answer = PaintedUnit(4, {}, ())
        own = self._has[worker]
        self.read.update("pieces" if isinstance(each, PieceUnit) else "windows" for each in needed - own)
        own |= needed | self._painted(order.unit)
        due = time.monotonic() + seconds * self._chance.uniform(0.8, 1.2)
        self._answers.append((due, Answered(worker, answer)))

    def wait(self, seconds: float, /) -> Sequence[Message]:
        """Return what is painted by now."""
        time.sleep(min(seconds, 0.001))
        messages, self._messages = self._messages, []
        now = time.monotonic()
        messages += [answer for due, answer in self._answers if due <= now]
        self._answers = [each for each in self._answers if each[0] > now]
        return messages

    def _seen(self, unit: WorldUnit) -> set[Hashable]:
        """Return the windows of the round before that a unit blends."""
        extent = self._units.extent(unit)
        return {
            (need.number, window)
            for need in self._units.needs(unit)
            for window in need.windows
            if self._lattice.extent(window).meets(extent)
        }

    def _pieces(self, request: BakeRequest) -> set[Hashable]:
        """Return the pieces that a page is made of; of windows it needs none."""
        return {unit for unit in self._units.of_part(request.shown) if isinstance(unit, PieceUnit)}

    def _painted(self, unit: WorldUnit | None) -> set[Hashable]:
        match unit:
            case None:
                return set()
            case PieceUnit():
                return {unit}
            case WindowsUnit(number, windows):
                return {(number, window) for window in windows}


@click.command()
@click.option("--workers", default=4, show_default=True)
@click.option("--rounds", default=1, show_default=True)
@click.option("--side", default=200, show_default=True, help="Tiles along the world.")
def main(workers: int, rounds: int, side: int) -> None:
    """Have a world painted by stubs, and print what they read."""
    request = world_of(side, rounds)
    crew, began = ReadingCrew(workers, request), time.monotonic()
    _paint(crew, request)
    seconds = time.monotonic() - began
    figures = [
        *(Figure(f"{name} read from the store", "count", crew.read[name]) for name in ("windows", "pieces")),
        Figure("the whole world", "seconds", seconds),
    ]
    print(table(figures))
    print(json_line("cluster.store_reads", figures, workers=workers, rounds=rounds, side=side))


def _paint(crew: ReadingCrew, request: BakeRequest) -> None:
    """Paint all pages as a bake does, and write none."""
    dispatcher = Dispatcher(crew, print)
    world = OneWorld(dispatcher, request, SOURCE, UnitCount())
    with ThreadPoolExecutor(PAGES_AHEAD + crew.size // WORKERS_A_PAGE) as threads:
        made = [threads.submit(world.bake, job.request, _ignore) for job in page_jobs(request)]
        while not all(each.done() for each in made):
            dispatcher.turn(0.01)
    for each in made:
        each.result()


def _ignore(_step: Step) -> None:
    """Do nothing after a step."""


if __name__ == "__main__":
    main()
