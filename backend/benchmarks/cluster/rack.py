"""Levels, workers and logs for what is measured on a real Ray, with one thread a worker."""

import hashlib
import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NoReturn

from benchmarks.worlds.kills import LoggingStore
from tilebake.level.terrain import LoraRef
from tilebake.level.windows.world_units import WorldUnit
from tilebake.models.reference import ModelSource
from tilebake.request import BakeRequest, OnStep
from tilebake.serve.bake.batch import Baked, Failed, Started, bake_by
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import BakeOptions, PlannedBake
from tilebake.serve.cluster.bake_on_cluster import ClusterBake
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.messages import Crew, WorldPainter
from tilebake.serve.windows.window_cache import WindowCache
from tilebake.texture import PaintedUnit, Texture

TERRAINS = {"grass": "lush green grass", "water": "deep blue water", "stone": "grey stone"}


def use_one_thread() -> None:
    """Have workers, and torch if it is imported here later, use one thread; and no cluster of others."""
    os.environ |= {"OMP_NUM_THREADS": "1", "RAY_AUTH_MODE": "disabled"}


@dataclass(frozen=True)
class Painters:
    """Make painters that keep windows in a folder, and log what they begin, keep and end."""

    folder: Path

    def __call__(self, source: ModelSource, loras: Sequence[tuple[LoraRef, str]]) -> WorldPainter:
        """Load a model."""
        import torch

        from tilebake.cli.engine import load_pipeline
        from tilebake.cli.options import Machine

        torch.set_num_threads(1)
        log = os.open(self.folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        windows = LoggingStore(WindowCache(self.folder / "windows"), log)
        pipeline = load_pipeline(source, loras, Machine("cpu", "float32"), windows)

        def note(verb: str, request: BakeRequest, unit: WorldUnit | None) -> None:
            os.write(log, f"{verb} {key_of(request, unit)} {os.getpid()}\n".encode("ascii"))

        def bake(request: BakeRequest, on_step: OnStep) -> Texture:
            note("begin", request, None)
            texture = pipeline.bake(request, on_step)
            note("end", request, None)
            return texture

        def paint_unit(request: BakeRequest, unit: WorldUnit, on_step: OnStep) -> PaintedUnit:
            note("begin", request, unit)
            painted = pipeline.paint_unit(request, unit, on_step)
            note("end", request, unit)
            return painted

        return WorldPainter(bake, _refuse, paint_unit=paint_unit)


def key_of(request: BakeRequest, unit: WorldUnit | None) -> str:
    """Return what tells one order from all others."""
    return hashlib.sha256(f"{request.digest()} {unit}".encode()).hexdigest()


def _refuse(*_: object) -> NoReturn:
    raise AssertionError("nobody asks where words work")


def write_level(path: Path, side: int, seed: int, **settings: object) -> None:
    """Write a square level of blocks of terrain, four tiles each."""
    chance = random.Random(seed)
    lines = ["".join(chance.choice("gws") * 4 for _ in range(-(-side // 4)))[:side] for _ in range(side)]
    content = {
        "tilebake": 1,
        "tile_size": 16,
        "base_prompt": "top-down map",
        "seed": seed,
        "terrains": TERRAINS,
        "legend": {name[0]: name for name in TERRAINS},
        "rows": [lines[row // 4 * 4] for row in range(side)],
        "settings": settings,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def plan(folder: Path) -> list[PlannedBake]:
    """Plan all maps of a folder, and return those that are stale. Raises TilebakeError."""
    kept: list[PlannedBake] = []

    def keep(jobs: list[PlannedBake]) -> Iterator[Started | Failed]:
        kept.extend(jobs)
        return iter(())

    for event in bake_by(find_maps([folder]), BakeOptions(), keep):
        if isinstance(event, Failed):
            raise event.error
    return kept


def bake(crew: Crew, jobs: Sequence[PlannedBake]) -> Iterator[Started | Baked | Failed]:
    """Paint and publish jobs by a crew, as `tilebake bake --cluster` does without its cache."""
    dispatcher = Dispatcher(crew, print)
    return ClusterBake(
        dispatcher,
        crew.size,
        around=lambda baker: baker,
        hold=lambda _: None,
        check=lambda: None,
        force=False,
        shares_worlds=crew.size > 1,
    ).bake(jobs)


SEEDS = count(1)
"""Levels that are painted one after the other differ, so that no window is kept."""
