"""Measure what maps of a million tiles take: read, digest, pickle, plan, compare, crop; seconds and memory.

    python -m benchmarks.serve.large_map --side 1024 --rounds 3
    python -m benchmarks.serve.large_map --profile layers

Each map is written in every way that there is, and handled in a process of its own, which tells the most
memory that it held above what it began with. Prints a table, and one JSON line last.
"""

import cProfile
import json
import os
import pickle
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.figures import Figure, json_line, table
from benchmarks.serve.child import peak_bytes
from benchmarks.serve.hand_over import content
from benchmarks.serve.process import REPOSITORY
from tilebake.errors import MapError
from tilebake.level.map.blocks import digest_blocks
from tilebake.level.map.crop import crop
from tilebake.level.map.grid import Bounds
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, read_map
from tilebake.request import BakeRequest
from tilebake.serve.bake.plan import BakeOptions, Planner

TILE: Final = 16  # map pixels: with larger ones, the picture of a million tiles is refused
STAGES: Final = ("read", "digest", "pickle", "unpickle", "plan", "blocks", "crop")
MOST_SECONDS: Final = 3.0  # for reading and digesting a million tiles
MOST_DIGEST: Final = 1.0  # seconds
MOST_BYTES: Final = 400e6
EDGE: Final = 2  # rows and columns fewer of grids whose lines are shifted: their edge counts as cells

Maker = Callable[[int], dict[str, Any]]


def _plain(form: str) -> Maker:
    return lambda side: {**json.loads(content(side, form, TILE)), "tile_size": TILE}


def _shifted(**keys: Any) -> Maker:
    return lambda side: {**_plain("rows")(max(1, side - EDGE)), **keys}


def _shuffled(side: int) -> dict[str, Any]:
    """Cells in an order of their own, column by column, as a paint tool may leave them."""
    body = _plain("cells")(side)
    return {**body, "cells": sorted(body["cells"])}


def _layers(side: int) -> dict[str, Any]:
    """Ground, half of it covered by tiles that show a half of what is below, and a tenth by whole ones."""
    body = _plain("rows")(side)
    rows, cells = body.pop("rows"), _plain("cells")(side)["cells"]
    half = ["." * (side // 2) + row[side // 2 :][::-1] for row in rows]
    return {**body, "layers": [{"rows": rows}, {"rows": half, "weight": 0.5}, {"cells": cells[::10]}]}


MAPS: Final[Mapping[str, Maker]] = {
    "rows": _plain("rows"),
    "cells": _plain("cells"),
    "centres": _plain("centres"),
    "shuffled": _shuffled,
    "layers": _layers,
    "isometric": _shifted(grid="isometric", tile_size=[TILE, TILE // 2]),
    "hexagonal": _shifted(grid="hexagonal", offset_axis="vertical"),
}


def handle(path: Path) -> dict[str, float]:
    """Return the CPU seconds of every stage, and the bytes that they took at most."""
    before = peak_bytes() or 0
    found: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        result = work()
        found[stage] = time.process_time() - began
        return result

    tilemap: TileMap = timed("read", lambda: read_map(path))
    request = BakeRequest(tilemap, BakeSettings(), "embedded", "0" * 64, 1)
    timed("digest", request.digest)
    sent: bytes = timed("pickle", lambda: pickle.dumps(request))
    timed("unpickle", lambda: pickle.loads(sent))
    found["peak"] = (peak_bytes() or 0) - before
    found["imported_numpy"] = "numpy" in sys.modules
    timed("plan", lambda: _plan(path))
    _measure_parts(tilemap, timed)
    return found


def _plan(path: Path) -> None:
    """Plan a bake, or find out at the end of it that no model paints this map in one piece."""
    try:
        Planner(BakeOptions()).plan(path, Path(path.name))
    except MapError as error:
        if "the canvas would be" not in error.what:
            raise


def _measure_parts(tilemap: TileMap, timed: Callable[[str, Callable[[], Any]], Any]) -> None:
    bounds = tilemap.bounds
    page = Bounds(bounds.x + bounds.width / 2, bounds.y + bounds.height / 2, 64 * TILE, 64 * TILE)
    crop(tilemap, page._replace(width=0))  # imports NumPy, as whoever paints has done
    timed("blocks", lambda: digest_blocks(tilemap))
    timed("crop", lambda: crop(tilemap, page))


def measure(path: Path) -> dict[str, float]:
    """Handle a map in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.serve.large_map", "--handle", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "backend")}
    ended = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    return json.loads(ended.stdout)


def figures_of(form: str, runs: list[dict[str, float]], is_large: bool) -> list[Figure]:
    """Return the least time of all runs for each stage, and the most memory."""
    least = {stage: min(run[stage] for run in runs) for stage in STAGES}
    most = {"digest": MOST_DIGEST, "plan": MOST_SECONDS}
    figures = [
        Figure(f"{form}: {stage}", "seconds", least[stage], most=most.get(stage) if is_large else None)
        for stage in STAGES
    ]
    note = "numpy was imported" if any(run["imported_numpy"] for run in runs) else ""
    whole = least["read"] + least["digest"] + least["pickle"] + least["unpickle"]
    return [
        *figures,
        Figure(f"{form}: save to worker", "seconds", whole, most=MOST_SECONDS if is_large else None),
        Figure(
            f"{form}: memory",
            "bytes",
            max(run["peak"] for run in runs),
            most=MOST_BYTES if is_large else None,
            note=note,
        ),
    ]


def show_profile(path: Path) -> None:
    """Print where reading and digesting a map take their time."""
    profile = cProfile.Profile()
    with profile:
        BakeRequest(read_map(path), BakeSettings(), "embedded", "0" * 64, 1).digest()
    pstats.Stats(profile, stream=sys.stdout).strip_dirs().sort_stats("tottime").print_stats(15)


@click.command()
@click.option("--side", type=click.IntRange(4, 1024), default=1024, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--form", "forms", type=click.Choice([*MAPS]), multiple=True, help="These alone.")
@click.option("--profile", type=click.Choice([*MAPS]), help="Show where one map takes its time instead.")
@click.option("--handle", "handled", type=click.Path(path_type=Path), hidden=True)
def main(side: int, rounds: int, forms: tuple[str, ...], profile: str | None, handled: Path | None) -> None:
    """Measure what maps of a million tiles cost before their first step."""
    if handled is not None:
        click.echo(json.dumps(handle(handled)))
        return
    chosen = [profile] if profile else forms or [*MAPS]
    with tempfile.TemporaryDirectory() as folder:
        paths = {form: Path(folder) / f"{form}.json" for form in chosen}
        for form, path in paths.items():
            path.write_text(json.dumps(MAPS[form](side)), encoding="utf-8")
        if profile:
            show_profile(paths[profile])
            return
        runs = [{form: measure(path) for form, path in paths.items()} for _ in range(rounds)]
    figures = [
        figure
        for form in chosen
        for figure in figures_of(form, [run[form] for run in runs], is_large=side > 512)
    ]
    click.echo(table(figures))
    click.echo(json_line("large_map", figures, side=side, rounds=rounds))


if __name__ == "__main__":
    main()
