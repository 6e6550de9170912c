"""What an edit and watching cost, beside plain bakes of the same map, in turn, round after round."""

import time
from collections.abc import Callable
from statistics import median
from typing import Final

from benchmarks.control.scenes import Studio
from benchmarks.figures import Figure
from benchmarks.quality.paintings import map_path, unobserved
from tilebake.level.edit.edit import Edit, Rewrite
from tilebake.paint.control.editing import edit_scene
from tilebake.paint.observe.observe import observe_words

MAP: Final = "forest"  # 1024 x 768
EDIT: Final = Edit({"grass": Rewrite("dry yellow grass")})
WORDS: Final = ("grass", "water")


def seconds_of(studio: Studio, rounds: int) -> dict[str, list[float]]:
    """Seconds of a bake, an edit and a observed bake in every round, behind one that does not count."""
    request, components = studio.sample(map_path(MAP)), studio.pipeline.components
    runs: dict[str, Callable[[], object]] = {
        "bake": lambda: studio.pipeline.bake(request, unobserved),
        "edit": lambda: edit_scene(components, studio.pipeline.scene(request), EDIT, unobserved),
        "watch": lambda: observe_words(components, studio.pipeline.scene(request), WORDS, unobserved),
    }
    runs["bake"]()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def cost_figures(seconds: dict[str, list[float]]) -> list[Figure]:
    """Each round's ratios to its own bake: the median of them, and how far they lie apart."""
    wanted = (("edit", "an edit / two bakes", 2, 1.15), ("watch", "watching two words / a bake", 1, 1.10))
    figures: list[Figure] = []
    for name, title, bakes, most in wanted:
        ratios = [spent / (bakes * bake) for spent, bake in zip(seconds[name], seconds["bake"], strict=True)]
        note = f"{min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} rounds of {MAP}.json"
        figures.append(Figure(title, "ratio", median(ratios), most=most, note=note))
    return figures
