"""Maps painted as `tilebake bake` paints them, in memory, by one pipeline that is loaded once."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PIL import Image

from benchmarks.quality.vocabulary import known_as
from benchmarks.serve.process import REPOSITORY
from tilebake.cli.options import Choices, Machine
from tilebake.cli.planning import bake_options
from tilebake.level.tilemap import TileMap
from tilebake.paint.picture import PixelArray
from tilebake.paint.pipeline import Pipeline
from tilebake.request import Step
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import PlannedBake, Planner

MAPS: Final = ("forest", "river", "island", "hex", "iso", "checker")
NEXT_SEED: Final = 1000  # a map's second painting has its own seed plus this, and so on


@dataclass(frozen=True, eq=False)
class Painting:
    """One map, painted."""

    title: str  # the map file's name without its ending
    tilemap: TileMap
    names: Mapping[str, str]  # the judge's name for each terrain of the map
    image: PixelArray
    seconds: float


def map_path(title: str) -> Path:
    """Return the file of a sample map."""
    return REPOSITORY / "maps" / f"{title}.json"


def plan(titles: Sequence[str], choices: Choices) -> list[PlannedBake]:
    """Plan what `tilebake bake` would do for these maps with these options."""
    planner = Planner(bake_options(choices))
    return [planner.plan(*found) for found in find_maps(map_path(title) for title in titles)]


def pipeline_of(job: PlannedBake, machine: Machine) -> Pipeline:
    """Load the pipeline that paints a job."""
    from tilebake.cli.engine import load_pipeline

    return load_pipeline(job.source, job.request.loras, machine)


def paint(
    pipeline: Pipeline, jobs: Sequence[PlannedBake], seeds: int, out: Path | None
) -> Iterator[Painting]:
    """Every map with each of `seeds` seeds; pictures are kept in the folder `out` if there is one."""
    for job in jobs:
        tilemap, title = job.request.tilemap, job.map_path.stem
        names = {terrain.name: known_as(terrain) for terrain in tilemap.terrains}
        for index in range(seeds):
            request = replace(job.request, seed=job.request.seed + index * NEXT_SEED)
            began = time.perf_counter()
            image = pipeline.bake(request, unobserved).image
            seconds = time.perf_counter() - began
            keep(image, out, f"{title}-{request.seed}")
            yield Painting(title, tilemap, names, image, seconds)


def keep(image: PixelArray, out: Path | None, name: str) -> None:
    """Write a picture to look at, if there is a folder for it."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(out / f"{name}.png")


def unobserved(_step: Step) -> None:
    """Do nothing: an OnStep that lets every bake go on."""
