"""What a second worker brings to one large map and to many small ones, and what the first one costs.

    python -m benchmarks.cluster.workers --part world --rounds 5
    python -m benchmarks.cluster.workers --part maps --rounds 5
    python -m benchmarks.cluster.workers --part overhead --rounds 5

Two workers of a real Ray stay at hand, with the embedded model loaded and one thread each; sides that use one
of them, both, or none take turns. Prints medians with their spread, and one JSON line last.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.cluster.rack import SEEDS, Painters, bake, plan, use_one_thread, write_level
from benchmarks.figures import Figure, json_line, table
from tilebake.request import Baker, Step
from tilebake.serve.bake.batch import Failed
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.cluster.messages import Introduced, Message, PaintOrder, WorkerId, identity_on
from tilebake.serve.cluster.ray_crew import RayCrew
from tilebake.serve.pages.make_picture import make_picture

SMALL: dict[str, Any] = {"pixels_per_tile": 32, "steps": 4}  # with 8 tiles a side, 32 latents
LARGE: dict[str, Any] = {"pixels_per_tile": 32, "steps": 4}  # 64 tiles a side: 256 latents in 25 windows
MAPS, SMALL_SIDE, LARGE_SIDE = 40, 8, 64
MAPS_ALONE = 100
LEAST_GAIN, MOST_COST = 1.8, 1.05

Side = Callable[[], float]
"""Paint levels that are new, and return the seconds that it took."""


class LentCrew:
    """Lend some workers of a crew that stays at hand, to one bake after another."""

    def __init__(self, crew: RayCrew, workers: Sequence[WorkerId]) -> None:
        self.size = len(workers)
        self._crew = crew
        self._workers = iter(workers)
        self._messages: list[Message] = []

    def start(self) -> WorkerId:
        """Lend the next worker, which is ready."""
        worker = next(self._workers)
        self._messages.append(Introduced(worker, identity_on("here")))
        return worker

    def give(self, worker: WorkerId, order: PaintOrder) -> None:
        """Give an order to a worker."""
        self._crew.give(worker, order)

    def end(self, worker: WorkerId) -> None:
        """Say that a worker failed, which spoils the figures. Raises RuntimeError."""
        raise RuntimeError(f"worker {worker} failed")

    def wait(self, seconds: float, /) -> Sequence[Message]:
        """Return what has come."""
        messages, self._messages = self._messages, []
        return messages or self._crew.wait(seconds)

    def close(self) -> None:
        """Leave the workers at hand."""


class Bench:
    """Paint levels by workers that stay at hand, or here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._painter: Baker | None = None  # in this process
        self._crew = RayCrew("local:2", Painters(folder), uses_gpus=False)
        self._workers = [self._crew.start() for _ in range(self._crew.size)]
        ready = 0
        while ready < len(self._workers):
            ready += sum(isinstance(message, Introduced) for message in self._crew.wait(1))

    def by_workers(self, workers: int, maps: int, side: int, settings: dict[str, Any]) -> float:
        """Paint and publish new levels by some of the workers: seconds."""
        jobs = self._jobs(maps, side, settings)
        began = time.perf_counter()
        for event in bake(LentCrew(self._crew, self._workers[:workers]), jobs):
            if isinstance(event, Failed):
                raise event.error
        return time.perf_counter() - began

    def here(self, maps: int, side: int, settings: dict[str, Any]) -> float:
        """Paint and publish new levels in this process: seconds."""
        jobs = self._jobs(maps, side, settings)
        if self._painter is None:
            self._painter = Painters(self._folder)(jobs[0].source, ()).bake
        began = time.perf_counter()
        for job in jobs:
            make_picture(self._painter, job, _ignore)
        return time.perf_counter() - began

    def close(self) -> None:
        """End the workers."""
        self._crew.close()

    def _jobs(self, maps: int, side: int, settings: dict[str, Any]) -> list[PlannedBake]:
        folder = self._folder / f"{next(SEEDS)}"
        for number in range(maps):
            write_level(folder / f"{number}.json", side, next(SEEDS), **settings)
        return plan(folder)


def _ignore(_step: Step) -> None:
    """Do nothing after a step."""


@click.command()
@click.option("--part", type=click.Choice(["world", "maps", "overhead"]), required=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--side", default=LARGE_SIDE, show_default=True, help="Tiles along the large map.")
def main(part: str, rounds: int, side: int) -> None:
    """Let sides take turns, and print how their times compare."""
    use_one_thread()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            bench.by_workers(2, 8, 4, SMALL)  # loads the models
            figures = _figures(bench, part, rounds, side)
        finally:
            bench.close()
    print(table(figures))
    print(json_line("cluster.workers", figures, part=part, rounds=rounds))


def _figures(bench: Bench, part: str, rounds: int, side: int) -> list[Figure]:
    if part == "overhead":
        quick = {**SMALL, "pixels_per_tile": 24, "steps": 2}
        bench.here(1, SMALL_SIDE, quick)
        cost = "one worker's time by that of none, 100 small maps"
        sides: tuple[Side, Side] = (
            lambda: bench.by_workers(1, MAPS_ALONE, SMALL_SIDE, quick),
            lambda: bench.here(MAPS_ALONE, SMALL_SIDE, quick),
        )
        return _compare(sides, rounds, cost, ("one worker", "none"), most=MOST_COST)
    maps, settings = (1, LARGE) if part == "world" else (MAPS, SMALL)
    tiles = side if part == "world" else SMALL_SIDE
    what = f"one map of {tiles} x {tiles} tiles" if part == "world" else f"{MAPS} small maps"
    sides = (
        lambda: bench.by_workers(1, maps, tiles, settings),
        lambda: bench.by_workers(2, maps, tiles, settings),
    )
    return _compare(sides, rounds, f"gain of a second worker, {what}", ("one", "two"), least=LEAST_GAIN)


def _compare(
    sides: tuple[Side, Side],
    rounds: int,
    name: str,
    names: tuple[str, str],
    least: float | None = None,
    most: float | None = None,
) -> list[Figure]:
    times: list[tuple[float, float]] = []
    for number in range(rounds):
        order = sides if number % 2 == 0 else sides[::-1]
        seconds = [side() for side in order]
        times.append((seconds[0], seconds[1]) if number % 2 == 0 else (seconds[1], seconds[0]))
        print(
            f"round {number + 1}: {names[0]} {times[-1][0]:.2f} s, {names[1]} {times[-1][1]:.2f} s",
            flush=True,
        )
    ratios = [first / second for first, second in times]
    note = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return [
        Figure(name, "ratio", statistics.median(ratios), least=least, most=most, note=note),
        *(
            Figure(
                f"{side}",
                "seconds",
                statistics.median(column),
                note=f"{min(column):.2f} to {max(column):.2f}",
            )
            for side, column in zip(names, zip(*times, strict=True), strict=True)
        ),
    ]


if __name__ == "__main__":
    main()
