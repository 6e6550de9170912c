"""Save a large level again and again under a watch: how late its last state is, and what one edit costs.

    python -m benchmarks.worlds.saves --side 64 --saves 200 --seconds 60 --edits 20
    python -m benchmarks.worlds.saves --side 32 --steps 2 --saves 1 --edits 4

A real backend follows a real folder, and the embedded model paints in its worker process. First the level is
painted whole. Then single tiles are edited all over it, each save waited for until its picture is published;
then a brush wanders over a few tiles, and a save follows the other. Tells what the time of a single edit and
of the last save went to; with few `steps`, what does not depend on them. Prints a table, and one JSON line
last.
"""

import json
import os
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import click

from benchmarks.figures import Figure, json_line, table
from benchmarks.worlds.windows import TERRAINS
from tilebake.cli.options import Machine
from tilebake.cli.painter_factory import PainterFactory
from tilebake.level.project import FILE_NAME
from tilebake.serve.backend import Backend
from tilebake.serve.bake.plan import BakeOptions, Planner
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.setup import Setup

BRUSH: Final = (8, 6)  # tiles over which the brush wanders
PATIENCE: Final = 3600.0  # seconds
LOOK: Final = 0.02  # seconds between two looks whether the picture is there


class Stages(NamedTuple):
    """Say in seconds what the time from a save to its picture went to."""

    noticed: float  # until its bake was queued: the burst was over, and the map read
    denoised: float
    decoded: float
    published: float  # all else: begun, put together, packed, handed over, and put in place

    def figures(self, what: str) -> list[Figure]:
        """Return a figure of each."""
        return [Figure(f"{what}: {stage}", "seconds", seconds) for stage, seconds in self._asdict().items()]


@dataclass(frozen=True)
class Level:
    """A project of one square level, whose rows of signs are edited in place."""

    path: Path
    rows: list[list[str]]

    @property
    def png(self) -> Path:
        """Where its picture is published."""
        return self.path.with_suffix(".png")

    def paint_tile(self, column: int, row: int) -> None:
        """Give a cell the terrain that follows its own."""
        signs = [name[0] for name in TERRAINS]
        self.rows[row][column] = signs[(signs.index(self.rows[row][column]) + 1) % len(signs)]

    def save(self) -> float:
        """Save the level as an editor does; the moment when it was there."""
        content: dict[str, Any] = {
            "tilebake": 1,
            "tile_size": 64,
            "terrains": TERRAINS,
            "legend": {name[0]: name for name in TERRAINS},
            "rows": ["".join(row) for row in self.rows],
        }
        draft = self.path.with_suffix(".tmp")
        draft.write_text(json.dumps(content), encoding="utf-8")
        draft.replace(self.path)
        return time.monotonic()

    def wait(self) -> float:
        """Wait until its picture is that of what was saved last; the moment when it was."""
        over, seen = time.monotonic() + PATIENCE, ()
        while (now := self._stamps()) == seen or not self._is_painted():
            assert time.monotonic() < over, "the level is not painted"
            seen = now  # planning takes a processor from painting: once for each picture
            time.sleep(LOOK)
        return time.monotonic()

    def _stamps(self) -> tuple[int, ...]:
        """Return what changes when a picture or its record is published."""
        files = [self.png, self.path.with_suffix(".bake.json")]
        return tuple(file.stat().st_mtime_ns for file in files if file.exists())

    def _is_painted(self) -> bool:
        return Planner(BakeOptions()).plan(self.path, Path(self.path.name)).stale is None


def level_in(folder: Path, side: int, steps: int | None = None) -> Level:
    """Make a project with a level of random blocks of 4 by 4 tiles."""
    settings = "" if steps is None else f"[settings]\nsteps = {steps}\n"
    (folder / FILE_NAME).write_text(f'maps = ["."]\n{settings}', encoding="utf-8")
    chance = random.Random(1)
    signs = [name[0] for name in TERRAINS]
    blocks = [[sign for _ in range(side // 4) for sign in chance.choice(signs) * 4] for _ in range(side // 4)]
    return Level(folder / "level.json", [list(row) for row in blocks for _ in range(4)])


def measure(level: Level, backend: Backend, saves: int, seconds: float, edits: int) -> list[Figure]:
    """Measure one level under a backend that follows its folder."""
    full = -level.save() + level.wait()
    chance, side = random.Random(2), len(level.rows)
    waits: list[float] = []
    stages: list[Stages] = []
    for _ in range(edits):
        column, row = chance.randrange(side), chance.randrange(side)
        level.paint_tile(column, row)
        waits.append(-level.save() + level.wait())
        stages.append(_stages(level, backend))
        level.paint_tile(column, row)
        level.paint_tile(column, row)  # back to what it was: the next edit is the only one again
        level.save()
        level.wait()
    late = _scribble(level, saves, seconds, chance)
    usual = Stages(*map(statistics.median, zip(*stages, strict=True)))
    return [
        Figure("the whole level, from its save to its picture", "seconds", full),
        Figure("a one-tile edit, from its save to its picture", "seconds", statistics.median(waits)),
        *usual.figures("a one-tile edit"),
        Figure("a one-tile edit / the whole level", "share", statistics.median(waits) / full, most=0.03),
        Figure(f"{saves} saves in {seconds:g} s: the last is late by", "seconds", late, most=5.0),
        *_stages(level, backend).figures("the last of them"),
    ]


def _stages(level: Level, backend: Backend) -> Stages:
    """Return what the time of the save whose picture is published went to."""
    (shown,) = backend.maps()
    assert shown.job_id is not None, "it was painted"
    while (job := backend.job(shown.job_id)).ended is None:  # the picture is there a moment before
        time.sleep(LOOK)
    timings = json.loads(level.path.with_suffix(".bake.json").read_text(encoding="utf-8"))["timings"]
    denoised, decoded = timings.get("encode", 0.0) + timings.get("denoise", 0.0), timings.get("decode", 0.0)
    noticed = job.submitted - level.path.stat().st_mtime
    return Stages(noticed, denoised, decoded, job.ended - job.submitted - denoised - decoded)


def _scribble(level: Level, saves: int, seconds: float, chance: random.Random) -> float:
    """Save one edited tile after the other; return how late the last one's picture is."""
    began, corner, last = time.monotonic(), len(level.rows) // 2, 0.0
    for index in range(saves):
        time.sleep(max(0.0, began + index * seconds / saves - time.monotonic()))
        level.paint_tile(corner + chance.randrange(BRUSH[0]), corner + chance.randrange(BRUSH[1]))
        last = level.save()
    return level.wait() - last


@click.command()
@click.option(
    "--side", type=click.IntRange(20), default=64, show_default=True, help="Tiles, a multiple of 4."
)
@click.option("--saves", type=click.IntRange(1), default=200, show_default=True)
@click.option("--seconds", type=click.FloatRange(1), default=60.0, show_default=True)
@click.option("--edits", type=click.IntRange(1), default=20, show_default=True)
@click.option("--steps", type=click.IntRange(1), help="The model's, if not said.")
def main(side: int, saves: int, seconds: float, edits: int, steps: int | None) -> None:
    """Measure saves of a large level under a watch."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "game").mkdir()
        level = level_in(root / "game", side, steps)
        factory = PainterFactory(Machine("cpu", "auto"))
        setup = Setup(
            level.path.parent, BakeOptions(), factory, Cache(root / "cache"), root / "journal.sqlite"
        )
        own = {"TILEBAKE_CACHE": str(root / "cache")}  # or the run before has painted the windows
        with patch.dict(os.environ, own), Backend(replace(setup, warms_up=True)) as backend:
            figures = measure(level, backend, saves, seconds, edits)
    click.echo(table(figures))
    click.echo(json_line("saves", figures))


if __name__ == "__main__":
    main()
