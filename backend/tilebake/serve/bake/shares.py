"""Share maps among machines, so that each has about as much to paint."""

from collections.abc import Sequence
from typing import Final

from tilebake.errors import TilebakeError
from tilebake.level.canvas import canvas_of
from tilebake.level.output import picture_size
from tilebake.level.project import find_project
from tilebake.level.tilemap import read_map
from tilebake.serve.bake.discover import FoundMap
from tilebake.serve.bake.plan import BakeOptions, decide_for

USUAL_STEPS: Final = 20  # where map and project leave it to the model, which is not looked for here
COST_OF_A_MAP: Final = 100_000  # canvas pixels that are denoised a step while a map is read and published
COST_OF_A_PIXEL: Final = 1 / 16  # of the picture, beside a canvas pixel that is denoised a step


def share_of(maps: Sequence[FoundMap], index: int, count: int, options: BakeOptions) -> list[FoundMap]:
    """Return the share of the `index`-th of `count` machines, counted from 1: every map has exactly one.

    Every machine finds the same shares, whatever it has painted before: the dearest map first, each to
    the share that has least so far (Graham 1969, "Bounds on multiprocessing timing anomalies").
    """
    costs = [estimated_cost(found, options) for found in maps]
    loads = [0.0] * count
    mine: list[int] = []
    for place in sorted(range(len(maps)), key=lambda each: -costs[each]):
        least = loads.index(min(loads))
        loads[least] += costs[place]
        if least == index - 1:
            mine.append(place)
    return [maps[place] for place in sorted(mine)]


def estimated_cost(found: FoundMap, options: BakeOptions) -> float:
    """Estimate what painting a map takes, in canvas pixels that are denoised a step; no model is needed."""
    try:
        project = find_project(found.path)
        tilemap, settings = decide_for(read_map(found.path, project), project, options)
        canvas = canvas_of(tilemap, settings)
    except (TilebakeError, OSError):  # whoever has it in his share will say what is wrong
        return COST_OF_A_MAP
    passes = 2 if tilemap.edit is not None else 1
    denoised = canvas.width * canvas.height * (settings.steps or USUAL_STEPS) * passes
    return COST_OF_A_MAP + denoised + picture_size(tilemap.bounds).area * COST_OF_A_PIXEL
