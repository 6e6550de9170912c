"""What other programs on the same processors cost a bake, with threads that sleep and with threads that spin.

    python -m benchmarks.serve.busy --rounds 5

Each bake is a process of its own. All sides take turns, round after round, and each ratio is of one round.
Needs a machine that is otherwise idle: whatever else runs is one more busy program. One JSON line comes last.
Without OMP_NUM_THREADS in the environment: a single thread waits for nobody.
"""

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

import click

from benchmarks.figures import Figure, json_line, table
from benchmarks.quality.paintings import map_path
from benchmarks.serve.process import run

MAP: Final = "forest"
AIM: Final = 2.2  # times as long beside two busy programs on two processors: the fair share is 2
WAITS: Final[Mapping[str, Mapping[str, str]]] = {
    "sleeping": {},  # as tilebake has it
    "spinning shortly": {"GOMP_SPINCOUNT": "20000", "KMP_BLOCKTIME": "1"},
    "spinning": {"GOMP_SPINCOUNT": "300000", "KMP_BLOCKTIME": "200"},  # as the runtimes have it
}
_HOGGING: Final = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"


@dataclass(frozen=True)
class Bake:
    """One bake's time and what it painted."""

    seconds: float
    pixel_hash: str


@contextmanager
def busy_programs(count: int) -> Generator[None]:
    """Keep so many programs busy meanwhile."""
    programs = [Popen([sys.executable, "-c", _HOGGING]) for _ in range(count)]
    try:
        yield
    finally:
        for each in programs:
            each.kill()
            each.wait()


def bake(map_file: Path, steps: int, environment: Mapping[str, str]) -> Bake:
    """Bake a map in a process of its own, without the cache. The time is that of painting alone."""
    options = ("--force", "--no-cache", "--json", "--steps", str(steps))
    ended = run(("bake", str(map_file), *options), environment)
    seconds = next(float(line["seconds"]) for line in map(json.loads, ended.lines) if "seconds" in line)
    record: dict[str, Any] = json.loads(map_file.with_suffix(".bake.json").read_text(encoding="utf-8"))
    return Bake(seconds, record["pixel_hash"])


def measure(rounds: int, steps: int, others: int) -> dict[str, list[Bake]]:
    """Bake alone and beside busy programs, with each way of waiting, once a round each."""
    bakes: dict[str, list[Bake]] = {}
    with tempfile.TemporaryDirectory() as folder:
        map_file = Path(folder) / "level.json"
        map_file.write_bytes(map_path(MAP).read_bytes())
        for index in range(rounds):
            for count in (0, others):
                for name, environment in WAITS.items():
                    side = f"{name}, {'busy' if count else 'alone'}"
                    with busy_programs(count):
                        made = bake(map_file, steps, environment)
                    bakes.setdefault(side, []).append(made)
                    click.echo(f"round {index + 1} of {rounds}: {side} {made.seconds:.1f} s", err=True)
    return bakes


def figures_of(bakes: Mapping[str, Sequence[Bake]]) -> list[Figure]:
    """Return the medians of all sides, their ratios within rounds, and how many pictures there are."""
    times = {side: [each.seconds for each in made] for side, made in bakes.items()}
    figures = [
        Figure(side, "seconds", statistics.median(each), note=_spread(each)) for side, each in times.items()
    ]
    pairs = [(f"{name}, busy", f"{name}, alone", AIM if name == "sleeping" else None) for name in WAITS]
    pairs += [
        (f"sleeping, {how}", f"{name}, {how}", None) for how in ("alone", "busy") for name in [*WAITS][1:]
    ]
    for above, below, aim in pairs:
        ratios = [one / other for one, other in zip(times[above], times[below], strict=True)]
        figures.append(
            Figure(f"{above} / {below}", "ratio", statistics.median(ratios), most=aim, note=_spread(ratios))
        )
    pictures = {each.pixel_hash for made in bakes.values() for each in made}
    return [*figures, Figure("different pictures", "count", len(pictures), most=1)]


def _spread(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f} in {len(values)} rounds"


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--steps", type=click.IntRange(1), default=8, show_default=True)
@click.option("--others", type=click.IntRange(1), default=2, show_default=True, help="Busy programs.")
def main(rounds: int, steps: int, others: int) -> None:
    """Measure what other programs on the same processors cost a bake."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    bakes = measure(rounds, steps, others)
    figures = figures_of(bakes)
    details = {side: [round(each.seconds, 3) for each in made] for side, made in bakes.items()}
    click.echo(table(figures))
    click.echo(json_line("busy", figures, runs=details, load_before=load))


if __name__ == "__main__":
    main()
