"""What edits and watching cost, beside plain bakes of the same map, in turn, round after round."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

from benchmarks.control.scenes import Studio
from benchmarks.figures import Figure
from benchmarks.quality.paintings import map_path, unobserved
from tilebake.level.edit.edit import Edit, Rewrite
from tilebake.paint.control.editing import edit_scene
from tilebake.paint.control.kept_source.store import MOST_KEPT, SourceSlot, SourceStore
from tilebake.paint.observe.observe import observe_words

MAP: Final = "forest"  # 1024 x 768
EDIT: Final = Edit({"grass": Rewrite("dry yellow grass")})
TRIAL: Final = Edit({"grass": Rewrite("snow-covered grass")})
WORDS: Final = ("grass", "water")


class Spent(NamedTuple):
    """Seconds of one run: by the clock, and of processors, which other programs disturb less."""

    clock: float
    processors: float


class Cost(NamedTuple):
    """One figure: a run as a ratio to so many bakes."""

    name: str
    title: str
    bakes: int
    most: float


COSTS: Final = (
    Cost("edit", "an edit / two bakes", 2, 1.15),
    Cost("trial", "a second trial of an edit / a bake", 1, 1.10),
    Cost("watch", "watching two words / a bake", 1, 1.10),
)


def measure_runs(studio: Studio, slot: SourceSlot, rounds: int) -> dict[str, list[Spent]]:
    """Measure a bake, an edit, a second trial and an observed bake in every round.

    One round before them does not count. The first trial fills the slot.
    """
    request, components = studio.sample(map_path(MAP)), studio.pipeline.components
    scene = studio.pipeline.scene
    edit_scene(components, scene(request), EDIT, unobserved, slot=slot)
    runs: dict[str, Callable[[], object]] = {
        "bake": lambda: studio.pipeline.bake(request, unobserved),
        "edit": lambda: edit_scene(components, scene(request), EDIT, unobserved),
        "trial": lambda: edit_scene(components, scene(request), TRIAL, unobserved, slot=slot),
        "watch": lambda: observe_words(components, scene(request), WORDS, unobserved),
    }
    runs["bake"]()
    spent: dict[str, list[Spent]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began = Spent(time.perf_counter(), time.process_time())
            run()
            spent[name].append(
                Spent(time.perf_counter() - began.clock, time.process_time() - began.processors)
            )
    return spent


def cost_figures(spent: Mapping[str, Sequence[Spent]]) -> list[Figure]:
    """Each round's ratios to its own bake: the median of them, and how far they lie apart."""
    figures: list[Figure] = []
    for cost in COSTS:
        ratios = [
            Spent(run.clock / (cost.bakes * bake.clock), run.processors / (cost.bakes * bake.processors))
            for run, bake in zip(spent[cost.name], spent["bake"], strict=True)
        ]
        clock = [ratio.clock for ratio in ratios]
        processors = median(ratio.processors for ratio in ratios)
        note = (
            f"{min(clock):.2f} to {max(clock):.2f} in {len(ratios)} rounds of {MAP}.json; "
            f"of processors' time {processors:.2f}"
        )
        figures.append(Figure(cost.title, "ratio", median(clock), most=cost.most, note=note))
    return figures


def kept_figure(store: SourceStore) -> Figure:
    """Tell how much is kept of the source."""
    return Figure(f"kept of {MAP}.json's source", "bytes", store.nbytes, most=MOST_KEPT)
