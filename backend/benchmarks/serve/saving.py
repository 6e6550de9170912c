"""From a save to the start of its first step, with the model loaded: how soon an edit is being painted.

    python -m benchmarks.serve.saving --rounds 10

A real backend follows a real folder; the embedded model paints in its worker process, and notes in a file
when its UNet is called. Prints a table, and one JSON line last.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.figures import Figure, json_line, table
from benchmarks.serve.process import REPOSITORY
from tilebake.cli.engine import load_pipeline, painter_of
from tilebake.cli.options import Machine
from tilebake.level.project import FILE_NAME
from tilebake.models.reference import ModelSource
from tilebake.request import Painter
from tilebake.serve.backend import Backend
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.setup import Setup
from tilebake.serve.watching.watch import Timing
from tilebake.serve.worker.protocol import Loras

MAP: Final = REPOSITORY / "maps" / "forest.json"
SETTINGS: Final = {"pixels_per_tile": 8, "steps": 1}  # what comes after the start is not measured
PATIENCE: Final = 600.0  # seconds
TOLD: Final = 0.01  # seconds between two looks for the moment


@dataclass(frozen=True)
class TimedPainter:
    """A MakePainter whose model notes when its UNet is first called in a bake."""

    log: Path

    def __call__(self, source: ModelSource, loras: Loras) -> Painter:
        pipeline = load_pipeline(source, loras, Machine("cpu", "auto"))

        def note(*_: Any) -> None:
            with self.log.open("a", encoding="ascii") as file:
                file.write(f"{time.time()}\n")

        pipeline.components.unet.register_forward_pre_hook(note)
        return painter_of(pipeline)

    def moments(self) -> list[float]:
        """Seconds since the epoch of every call of the UNet so far."""
        return (
            [float(line) for line in self.log.read_text(encoding="ascii").split()]
            if self.log.exists()
            else []
        )


@dataclass(frozen=True)
class Scene:
    """A project of one map that is being painted."""

    path: Path
    content: dict[str, Any]
    painter: TimedPainter

    def save(self, seed: int) -> float:
        """Save the map; seconds until it began to be painted."""
        before = len(self.painter.moments())
        draft = self.path.with_suffix(".tmp")
        draft.write_text(json.dumps({**self.content, "seed": seed}), encoding="utf-8")
        draft.replace(self.path)
        saved = time.time()
        over = time.monotonic() + PATIENCE
        while len(moments := self.painter.moments()) == before:
            if time.monotonic() > over:
                raise TimeoutError("the save was not painted")
            time.sleep(TOLD)
        return moments[before] - saved


@contextmanager
def scene() -> Generator[tuple[Scene, Backend]]:
    """Run a backend in a project in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = folder / "game"
        root.mkdir()
        (root / FILE_NAME).write_text('maps = ["levels"]\n', encoding="utf-8")
        (root / "levels").mkdir()
        content = json.loads(MAP.read_text(encoding="utf-8")) | {"settings": SETTINGS}
        painter = TimedPainter(folder / "moments")
        setup = Setup(root, BakeOptions(), painter, Cache(folder / "cache"), folder / "journal.sqlite")
        with Backend(setup) as backend:
            yield Scene(root / "levels" / MAP.name, content, painter), backend


def settle(backend: Backend) -> None:
    """Wait until nothing is left to be done, and a next save is a burst of its own."""
    over = time.monotonic() + PATIENCE
    while backend.jobs() and time.monotonic() < over:
        time.sleep(TOLD)
    time.sleep(Timing().quiet)


def figures_of(cold: float, warm: Sequence[float]) -> list[Figure]:
    """Return the median of the warm saves, and the first, which had to load the model."""
    spread = f"{min(warm):.2f} to {max(warm):.2f} s in {len(warm)} saves"
    quiet = f"of which {Timing().quiet} s are for the burst to be over"
    return [
        Figure("save to first step, warm", "seconds", statistics.median(warm), most=0.6, note=spread),
        Figure("save to first step, cold", "seconds", cold, note=quiet),
    ]


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=10, show_default=True)
def main(rounds: int) -> None:
    """Measure how soon a save is being painted."""
    with scene() as (project, backend):
        seconds: list[float] = []
        for index in range(rounds + 1):
            click.echo(f"save {index} of {rounds}", err=True)
            seconds.append(project.save(index))
            settle(backend)
    cold, *warm = seconds
    figures = figures_of(cold, warm)
    click.echo(table(figures))
    click.echo(json_line("saving", figures, runs=[round(each, 4) for each in warm]))


if __name__ == "__main__":
    main()
