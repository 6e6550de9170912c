"""From a save to the first picture, and to the full one: what somebody waits for who edits a level.

    python -m benchmarks.serve.first_picture --rounds 5

A real backend follows a real folder with a level of 30 by 20 tiles, cold and then with the model loaded. The
first picture is a sketch where there is one, and else the full one. Prints a table, and one JSON line last.
"""

import json
import random
import statistics
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import click

from benchmarks.figures import Figure, json_line, table
from tilebake.cli.options import Machine
from tilebake.cli.painter_factory import PainterFactory
from tilebake.level.project import FILE_NAME
from tilebake.serve.backend import Backend
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.setup import Setup
from tilebake.serve.speeds import Speeds

SIZE: Final = (30, 20)  # tiles
TERRAINS: Final = {
    "grass": "lush green grass",
    "forest": "dark forest",
    "water": "clear blue water",
    "sand": "golden sand",
}
PATIENCE: Final = 1800.0  # seconds


class Waits(NamedTuple):
    """Hold seconds from a save to its first picture and to its full one."""

    first: float
    full: float


@dataclass
class Level:
    """A level that is saved, and the backend that paints it."""

    path: Path
    backend: Backend
    tile_size: int
    saves: int = 0

    def save(self) -> Waits:
        """Save the level with other tiles, and wait for its pictures."""
        seen = self.backend.events(0, 0)
        last = seen[-1].number if seen else 0
        self.saves += 1
        self.path.write_text(json.dumps(_content(self.saves, self.tile_size)), encoding="utf-8")
        saved, first = time.monotonic(), 0.0
        while time.monotonic() < saved + PATIENCE:
            for event in self.backend.events(last, 0.05):
                last = event.number
                if event.job and event.job.shows_sketch and not first:
                    first = time.monotonic() - saved
                if event.map and event.map.state == "up to date":
                    full = time.monotonic() - saved
                    return Waits(first or full, full)
        raise TimeoutError("the level was not painted")


def _content(seed: int, tile_size: int) -> dict[str, object]:
    """Return a level of random blocks of 5 by 5 tiles."""
    width, height = SIZE
    chance = random.Random(seed)
    signs = {name[0]: name for name in TERRAINS}
    blocks = ["".join(chance.choice([*signs]) * 5 for _ in range(width // 5)) for _ in range(height // 5)]
    return {
        "tilebake": 1,
        "tile_size": tile_size,
        "seed": seed,
        "terrains": TERRAINS,
        "legend": signs,
        "rows": [row for row in blocks for _ in range(5)],
    }


@contextmanager
def level(tile_size: int) -> Generator[Level]:
    """Run a backend in a project in a temporary folder, with the embedded model."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = folder / "game"
        (root / "levels").mkdir(parents=True)
        (root / FILE_NAME).write_text('maps = ["levels"]\n', encoding="utf-8")
        setup = Setup(
            root,
            BakeOptions(),
            PainterFactory(Machine("cpu", "auto")),
            Cache(folder / "cache"),
            folder / "journal.sqlite",
            speeds=Speeds(folder / "state"),
            warms_up=True,
        )
        with Backend(setup) as backend:
            yield Level(root / "levels" / "level.json", backend, tile_size)


def figures_of(tile_size: int, waits: Sequence[Waits]) -> list[Figure]:
    """Return the first save's figures, which had to load the model, and the medians of the others'."""
    cold, *warm = waits
    name = f"{SIZE[0]} x {SIZE[1]} tiles of {tile_size} px"
    spread = ", ".join(f"{each.first:.1f} and {each.full:.1f}" for each in warm)
    figures = [
        Figure(f"{name}: first picture, cold", "seconds", cold.first, most=8),
        Figure(f"{name}: full picture, cold", "seconds", cold.full, most=60),
    ]
    if warm:
        first, full = (statistics.median(column) for column in zip(*warm, strict=True))
        figures += [
            Figure(f"{name}: first picture, warm", "seconds", first, most=8, note=spread),
            Figure(f"{name}: full picture, warm", "seconds", full, most=60),
        ]
    return figures


@click.command()
@click.option("--rounds", type=click.IntRange(0), default=4, show_default=True)
@click.option("--tile-size", "tile_sizes", type=int, multiple=True, default=(16, 64), show_default=True)
def main(rounds: int, tile_sizes: tuple[int, ...]) -> None:
    """Measure how soon somebody who edits a level sees it painted."""
    figures: list[Figure] = []
    for tile_size in tile_sizes:
        with level(tile_size) as scene:
            figures += figures_of(tile_size, [scene.save() for _ in range(rounds + 1)])
    click.echo(table(figures))
    click.echo(json_line("first_picture", figures))


if __name__ == "__main__":
    main()
