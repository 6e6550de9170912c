"""What a user waits for: `tilebake --help`, a bake with nothing to do, and a bake cold and warm.

    python -m benchmarks.serve.speed --rounds 3

Each is run in a process of its own. The runs take turns, round after round, so that a machine that grows
hot or busy is unfair to none. Prints medians with their spread, and one JSON line last.
"""

import json
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.figures import Figure, json_line, table
from benchmarks.quality.paintings import map_path
from benchmarks.serve.process import Ended, run

COST_MAP: Final = "forest"
IMPORTS_OF: Final = "torch imported by "


@dataclass(frozen=True)
class Scenario:
    """One thing to wait for. `seconds`: which of a run's times counts."""

    name: str
    arguments: tuple[str, ...]
    most: float  # seconds
    seconds: Callable[[Ended], float]
    is_light: bool  # must not import torch


def scenarios(folder: Path, model: str | None) -> list[Scenario]:
    """All of them, on a copy of the map in `folder`. The texture is there and up to date from the start."""
    chosen = () if model is None else ("--model", model)
    maps = folder / "maps"
    maps.mkdir()
    first, second = maps / "first.json", maps / "second.json"
    content: dict[str, Any] = json.loads(map_path(COST_MAP).read_text(encoding="utf-8"))
    first.write_text(json.dumps(content), encoding="utf-8")
    second.write_text(json.dumps(content | {"seed": content.get("seed", 0) + 1}), encoding="utf-8")
    bake = ("bake", str(first), *chosen)
    run(bake)
    return [
        Scenario("tilebake --help", ("--help",), 0.3, whole, is_light=True),
        Scenario("bake, nothing to do", bake, 0.5, whole, is_light=True),
        Scenario("bake --check", (*bake, "--check"), 0.5, whole, is_light=True),
        Scenario("bake, cold", (*bake, "--force"), 20, whole, is_light=False),
        Scenario("bake, warm", (*bake, str(second), "--force", "--json"), 10, last_of_json, is_light=False),
    ]


def whole(ended: Ended) -> float:
    """Measure the whole process, imports and all."""
    return ended.seconds


def last_of_json(ended: Ended) -> float:
    """Measure the last bake of several in one process, as `--json` prints it."""
    return float(json.loads(ended.lines[-1])["seconds"])


def measure(chosen: Sequence[Scenario], rounds: int) -> list[list[Ended]]:
    """Run every scenario once a round: [scenarios][rounds]."""
    ended: list[list[Ended]] = [[] for _ in chosen]
    for index in range(rounds):
        for scenario, runs in zip(chosen, ended, strict=True):
            click.echo(f"round {index + 1} of {rounds}: {scenario.name}", err=True)
            runs.append(run(scenario.arguments))
    return ended


def figures_of(scenario: Scenario, runs: Sequence[Ended]) -> list[Figure]:
    """Return the median time with its spread, and what share of the runs imported torch, where none may."""
    seconds = [scenario.seconds(ended) for ended in runs]
    spread = f"{min(seconds):.2f} to {max(seconds):.2f} s in {len(seconds)} runs"
    found = [Figure(scenario.name, "seconds", statistics.median(seconds), most=scenario.most, note=spread)]
    if scenario.is_light:
        imported = statistics.mean(ended.imported_torch for ended in runs)
        found.append(Figure(f"{IMPORTS_OF}{scenario.name}", "share", imported, most=0))
    return found


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--model", metavar="MODEL", help="As for `tilebake bake`.")
@click.option("--light", is_flag=True, help="Leave out the bakes.")
def main(rounds: int, model: str | None, light: bool) -> None:
    """Measure how long a user waits."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = [each for each in scenarios(Path(folder), model) if each.is_light or not light]
        runs = measure(chosen, rounds)
    figures = [
        figure for scenario, ended in zip(chosen, runs, strict=True) for figure in figures_of(scenario, ended)
    ]
    details = {
        scenario.name: [round(scenario.seconds(each), 4) for each in ended]
        for scenario, ended in zip(chosen, runs, strict=True)
    }
    click.echo(table(figures))
    click.echo(json_line("speed", figures, runs=details))


if __name__ == "__main__":
    main()
