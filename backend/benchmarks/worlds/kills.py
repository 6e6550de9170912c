"""Kill bakes of a world at random moments, and count what is lost: torn pictures, windows painted again.

    python -m benchmarks.worlds.kills --kills 300

Worlds are painted one after the other, each by as many processes as are killed over it, and once more without
a disturbance, by whose pixels they are judged. Where the system can fork, a process begins with the model
loaded. Prints a table, and one JSON line last.
"""

import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click
import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.figures import Figure, json_line, table
from tilebake.level.art.decode_png import BrokenPictureError
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.models.reference import resolve
from tilebake.paint.model.load import load
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows.store import Kept
from tilebake.request import BakeRequest, Step
from tilebake.serve.bake.publish import publish, stale_reason
from tilebake.serve.files.png import png_pixels
from tilebake.serve.windows.window_cache import WindowCache
from tilebake.texture import pixel_hash

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext

BLOCK: Final = 6  # tiles along a block of one terrain
BLOCKS: Final = (8, 6)
TERRAINS: Final = {"g": "lush green grass", "w": "deep blue water", "s": "grey stone"}
SETTINGS: Final = BakeSettings(
    pixels_per_tile=16, windows="always", window=256, rounds=2, steps=2, mask_sigma=1.0
)
PATIENCE: Final = 1.3  # undisturbed bakes: the longest that one runs before it is killed


@dataclass(frozen=True)
class Project:
    """A folder with pictures of worlds, a cache of windows, and a log of what was done to them."""

    folder: Path
    model: str

    def picture(self, seed: int) -> Path:
        """Return where the picture of a world is published."""
        return self.folder / "maps" / f"{seed}.png"

    def notes(self) -> list[str]:
        """Return what was logged, by whatever process."""
        log = self.folder / "log"
        return log.read_text(encoding="ascii").splitlines() if log.exists() else []

    def bake(self, seed: int) -> None:
        """Bake a world, unless its picture is up to date."""
        request, png = request_of(seed), self.picture(seed)
        if stale_reason(png, request.digest()):
            log = os.open(self.folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            store = LoggingStore(WindowCache(self.folder / "windows"), log)
            pipeline = Pipeline(pipeline_of(self.model).components, store)
            publish(pipeline.bake(request, ignore_step), request, png, self.folder)


class LoggingStore:
    """Keep windows in a cache, and log each when it was painted, and when it is kept."""

    def __init__(self, cache: WindowCache, log: int) -> None:
        self._cache = cache
        self._log = log
        self.has = cache.has
        self.get = cache.get

    def put(self, key: str, kept: Kept) -> None:
        """Keep a window, or a piece that was decoded."""
        os.write(self._log, f"painted {key}\n".encode("ascii"))
        self._cache.put(key, kept)
        os.write(self._log, f"kept {key}\n".encode("ascii"))


@dataclass
class Losses:
    """Count what kills did."""

    kills: int = 0
    torn: int = 0
    other_pixels: int = 0
    worlds: int = 0
    seconds: list[float] = field(default_factory=list[float])


class Undisturbed(NamedTuple):
    """Hold what a bake without any disturbance gave, and how long it took."""

    pixel_hash: str
    seconds: float


def request_of(seed: int) -> BakeRequest:
    """Make a world of blocks of terrains, another one for each seed."""
    chance = random.Random(seed)
    columns, rows = BLOCKS
    lines = ["".join(chance.choice([*TERRAINS]) * BLOCK for _ in range(columns)) for _ in range(rows)]
    content = {
        "tilebake": 1,
        "tile_size": 16,
        "base_prompt": "top-down map",
        "terrains": dict(zip(("grass", "water", "stone"), TERRAINS.values(), strict=True)),
        "legend": dict(zip(TERRAINS, ("grass", "water", "stone"), strict=True)),
        "rows": [line for line in lines for _ in range(BLOCK)],
    }
    tilemap = parse_map(json.dumps(content))
    return BakeRequest(tilemap, decide(tilemap, SETTINGS).settings, "embedded", "0" * 64, seed)


@cache
def pipeline_of(model: str) -> Pipeline:
    """Load a model once in each process; a forked one has its parent's."""
    torch.set_num_threads(1)  # more of them would not come along into a forked process
    return Pipeline(load(resolve(model), device="cpu"))


def paint_undisturbed(model: str, seed: int) -> Undisturbed:
    """Bake a world in this process, with windows in memory alone."""
    began = time.monotonic()
    texture = pipeline_of(model).bake(request_of(seed), ignore_step)
    return Undisturbed(texture.pixel_hash, time.monotonic() - began)


def kill_often(project: Project, kills: int, seed: int = 0) -> Losses:
    """Paint worlds until so many bakes of them were killed, and count what was lost."""
    chance, losses = random.Random(seed), Losses()
    for world in count(1):
        right = paint_undisturbed(project.model, world)
        while losses.kills < kills and _bake_and_kill(
            project, world, chance.uniform(0, PATIENCE * right.seconds)
        ):
            losses.kills += 1
            losses.torn += is_torn(project.picture(world), right.pixel_hash)
        project.bake(world)
        image = picture_of(project.picture(world))
        losses.other_pixels += image is None or pixel_hash(image) != right.pixel_hash
        losses.worlds += 1
        losses.seconds.append(right.seconds)
        if losses.kills >= kills:
            return losses
    raise AssertionError("worlds have no end")


def _bake_and_kill(project: Project, world: int, delay: float) -> bool:
    """Bake in a process that is killed after some seconds; False if it was done by then."""
    process = _starter().Process(target=project.bake, args=(world,), daemon=True)
    process.start()
    process.join(delay)
    was_alive = process.is_alive()
    process.kill()
    process.join()
    return was_alive


def _starter() -> "ForkContext | SpawnContext":
    """Return what makes processes: by a fork where the system can, for the model comes along."""
    if sys.platform == "win32" or "fork" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    return multiprocessing.get_context("fork")


def is_torn(png: Path, right: str) -> bool:
    """Tell whether a picture is there that is not whole, or another one."""
    if not png.exists():
        return False
    image = picture_of(png)
    return image is None or pixel_hash(image) != right


def picture_of(png: Path) -> NDArray[np.uint8] | None:
    """Read a picture; None for what is none."""
    try:
        return png_pixels(png.read_bytes())
    except (OSError, BrokenPictureError):
        return None


def count_repaints(notes: list[str]) -> int:
    """Count windows that were painted again after they had been kept."""
    kept, repaints = set[str](), 0
    for note in notes:
        verb, key = note.split()
        if verb == "kept":
            kept.add(key)
        elif key in kept:
            repaints += 1
    return repaints


def ignore_step(_step: Step) -> None:
    """Do nothing after a step."""


def figures_of(losses: Losses, notes: list[str]) -> list[Figure]:
    """Return what was lost, with the aims."""
    painted = sum(note.startswith("painted") for note in notes)
    kept = len({note for note in notes if note.startswith("kept")})
    return [
        Figure("kills", "count", losses.kills),
        Figure("worlds", "count", losses.worlds),
        Figure("torn pictures", "count", losses.torn, most=0),
        Figure("finished windows painted again", "count", count_repaints(notes), most=0),
        Figure("worlds with other pixels", "count", losses.other_pixels, most=0),
        Figure("windows", "count", kept),
        Figure("windows painted, with those cut short before they were kept", "count", painted),
        Figure("one undisturbed bake", "seconds", float(np.median(losses.seconds))),
    ]


@click.command()
@click.option("--kills", type=click.IntRange(1), default=300, show_default=True)
@click.option("--model", default="embedded", show_default=True)
@click.option("--seed", default=0, show_default=True, help="Of the moments.")
def main(kills: int, model: str, seed: int) -> None:
    """Kill bakes of worlds at random moments, and count what was lost."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), model)
        losses = kill_often(project, kills, seed)
        figures = figures_of(losses, project.notes())
    click.echo(table(figures))
    click.echo(json_line("kills", figures, seed=seed))


if __name__ == "__main__":
    main()
