"""Attention seen and steered: where words are attended to, what edits keep and change, and what they cost.

    python -m benchmarks.control --out pictures            # everything, and the pictures to look at
    python -m benchmarks.control --part swap --seeds 4

Options that `tilebake bake` has mean the same here. Prints a table with aims, and one JSON line last.
"""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.control import edit_cost, heat, swaps
from benchmarks.control import reweighting as weighing
from benchmarks.control.scenes import Studio
from benchmarks.figures import Figure, json_line, table
from benchmarks.quality.judge import load_judge
from tilebake.cli.options import Choices, choices
from tilebake.cli.setting_options import SAMPLING
from tilebake.paint.control.kept_source.store import SourceSlot, SourceStore

PLAIN_SEEDS: Final = 4  # of each plain prompt, at most: each has several nouns
MAP_SEEDS: Final = 2  # of each sample map, at most
COST_ROUNDS: Final = 7  # at most
Found = tuple[list[Figure], Mapping[str, Any]]  # with the details behind them


def measure_heat(studio: Studio, seeds: int, out: Path | None) -> Found:
    """Where nouns are attended to."""
    plain = list(heat.plain_heat(studio, load_judge(), min(seeds, PLAIN_SEEDS), out))
    regional = [
        each for title in heat.MAPS for each in heat.regional_heat(studio, title, min(seeds, MAP_SEEDS))
    ]
    details = {"plain": plain, "regional": regional}
    return heat.heat_figures(studio, plain, regional), {
        name: [dataclasses.asdict(each) for each in heats] for name, heats in details.items()
    }


def measure_swaps(studio: Studio, seeds: int, out: Path | None) -> Found:
    """Measure what word swaps keep and change."""
    found = {}
    for swap in (*swaps.COLOURS, *swaps.COVERS):
        found[swap] = swaps.measure(studio, swap, seeds, out)
        click.echo(f"{swap.title}: {swaps.told(found[swap])}", err=True)
    details = {swap.title: [dataclasses.asdict(run) for run in runs] for swap, runs in found.items()}
    return swaps.swap_figures(found), details


def measure_weights(studio: Studio, seeds: int, out: Path | None) -> Found:
    """Measure what weights do."""
    found = {}
    for word in weighing.WORDS:
        found[word] = weighing.measure(studio, word, seeds, out)
        click.echo(f"{word.word} in {word.prompt!r}: {weighing.told(found[word])}", err=True)
    few = min(seeds, PLAIN_SEEDS)
    published = {word: weighing.measure(studio, word, few, out, echo=False) for word in weighing.WORDS}
    figures = weighing.weight_figures(found)
    figures.append(weighing.monotone_figure(published, "the same without echo, as published"))
    for echo, what in ((False, "without echo"), (True, "with their echo")):
        silent = {word: weighing.silenced(studio, word, few, echo=echo) for word in weighing.WORDS}
        figures += weighing.silence_figures(silent, what)
    return figures, {
        word.prompt: [dataclasses.asdict(effect) for effect in each] for word, each in found.items()
    }


def measure_cost(studio: Studio, seeds: int, _out: Path | None) -> Found:
    """Measure what edits and observing cost; `seeds` are rounds."""
    slot = SourceSlot(SourceStore(), edit_cost.MAP)
    spent = edit_cost.measure_runs(studio, slot, min(seeds, COST_ROUNDS))
    return [*edit_cost.cost_figures(spent), edit_cost.kept_figure(slot.store)], spent


PARTS: Final[Mapping[str, Callable[[Studio, int, Path | None], Found]]] = {
    "cost": measure_cost,
    "heat": measure_heat,
    "swap": measure_swaps,
    "weight": measure_weights,
}


@click.command()
@click.option(
    "--part", "parts", type=click.Choice(tuple(PARTS)), multiple=True, default=tuple(PARTS), show_default=True
)
@click.option("--seeds", type=click.IntRange(1), default=20, show_default=True, help="Seeds of each edit.")
@choices(*SAMPLING, out="Folder to keep the pictures in.", seed=False)
def main(parts: tuple[str, ...], seeds: int, choices: Choices) -> None:
    """Measure attention control."""
    studio = Studio(choices)
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for part in PARTS:
        if part in parts:
            found, details[part] = PARTS[part](studio, seeds, choices.out)
            figures += found
            click.echo(table(found) + "\n")
    click.echo(json_line("control", figures, **details))
