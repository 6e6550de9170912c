"""Measure how time and memory grow with a level: the same tiles, more of them, each level in its own process.

    python -m benchmarks.worlds.growth --side 32 --side 128
    python -m benchmarks.worlds.growth --side 64 --side 1024 --stub

The embedded model paints square levels of random blocks, publishes them (in pages where they are large), and
keeps windows in a cache on disk, as `tilebake bake` does. With `--stub`, its UNet and its decoder answer
without computing, and all else is real. Prints a table, and one JSON line last; the first side is what the
others are compared with.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import click
import torch

from benchmarks.figures import Figure, json_line, table
from benchmarks.serve.child import peak_bytes
from benchmarks.serve.process import REPOSITORY
from benchmarks.worlds.saves import level_in
from tilebake.cli.engine import load_components
from tilebake.cli.options import Machine
from tilebake.level.canvas import LATENT
from tilebake.level.project import FILE_NAME
from tilebake.models.reference import resolve
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.request import Step
from tilebake.serve.bake.plan import BakeOptions, Planner
from tilebake.serve.pages.make_picture import make_picture
from tilebake.serve.windows.window_cache import WindowCache

SMALLEST: Final = 16  # tiles along a side
MOST_TIME: Final = 1.1  # per tile, to the first side's
MOST_MEMORY: Final = {False: 1.2, True: 1.15}  # to the first side's; with a stub


@contextmanager
def answering_at_once(components: Components) -> Generator[None]:
    """Make the UNet predict its own input, and the decoder enlarge its latents, for the time of a `with`."""
    forwards: dict[torch.nn.Module, Callable[..., Any]] = {
        components.unet: _repeat,
        components.vae.decoder: _enlarge,
    }
    for module, forward in forwards.items():
        module.forward = forward
    try:
        yield
    finally:
        for module in forwards:
            del module.forward


def _repeat(sample: torch.Tensor, *_: Any, **__: Any) -> tuple[torch.Tensor]:
    return (sample,)


def _enlarge(sample: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    return sample[:, :3].repeat_interleave(LATENT, 2).repeat_interleave(LATENT, 3)


def paint(folder: Path, side: int, settings: str, *, is_stub: bool) -> dict[str, float]:
    """Paint one level in this process; its seconds, and the bytes that the process held at most."""
    components = load_components(resolve("embedded"), (), Machine("cpu", "auto"))
    pipeline = Pipeline(components, WindowCache(folder / "windows"))
    _paint_level(pipeline, folder / "first", SMALLEST, settings)  # the real decoder tells its statistics
    began = time.perf_counter()
    with answering_at_once(components) if is_stub else nullcontext():
        _paint_level(pipeline, folder / "level", side, settings)
    return {"seconds": time.perf_counter() - began, "bytes": float(peak_bytes() or 0)}


def _paint_level(pipeline: Pipeline, folder: Path, side: int, settings: str) -> None:
    """Paint a level in windows, and publish it in a folder of its own."""
    folder.mkdir()
    level = level_in(folder, side)
    (folder / FILE_NAME).write_text(f'maps = ["."]\n[settings]\nwindows = "always"\n{settings}\n', "utf-8")
    level.save()
    planned = Planner(BakeOptions()).plan(level.path, Path(level.path.name))
    made = make_picture(pipeline.bake, planned, _Progress(side))
    assert made is not None, "it is wanted"


class _Progress:
    """Tell on stderr how far a level is, once a minute."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._told = time.monotonic()

    def __call__(self, step: Step) -> None:
        if time.monotonic() > self._told + 60:
            self._told = time.monotonic()
            click.echo(f"{self._side} x {self._side} tiles: step {step.step} of {step.steps}", err=True)


def measure(side: int, settings: str, *, is_stub: bool) -> dict[str, float]:
    """Paint one level in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.worlds.growth", "--paint", "--side", str(side)]
    command += ["--settings", settings, *(["--stub"] if is_stub else [])]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "backend")}
    ended = subprocess.run(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return json.loads(ended.stdout)


def figures_of(sides: tuple[int, ...], runs: list[dict[str, float]], *, is_stub: bool) -> list[Figure]:
    """Return what each level took, and what the larger ones took to the first."""
    figures: list[Figure] = []
    first, *others = (
        (side, run["seconds"] / side**2, run["bytes"]) for side, run in zip(sides, runs, strict=True)
    )
    for side, seconds, held in (first, *others):
        figures.append(Figure(f"{side} x {side} tiles", "seconds", seconds * side**2))
        figures.append(Figure(f"{side} x {side} tiles: memory", "bytes", held))
    for side, seconds, held in others:
        name = f"{side} x {side} / {first[0]} x {first[0]}"
        figures.append(Figure(f"time per tile, {name}", "ratio", seconds / first[1], most=MOST_TIME))
        figures.append(Figure(f"memory, {name}", "ratio", held / first[2], most=MOST_MEMORY[is_stub]))
    return figures


@click.command()
@click.option("--side", "sides", type=click.IntRange(SMALLEST), multiple=True, help="Tiles, a multiple of 4.")
@click.option("--settings", default="", help="Lines of tilebake.toml's [settings], such as 'steps = 2'.")
@click.option("--stub", is_flag=True, help="Let the UNet and the decoder answer without computing.")
@click.option("--paint", "paints", is_flag=True, hidden=True)
def main(sides: tuple[int, ...], settings: str, stub: bool, paints: bool) -> None:
    """Measure how time and memory grow with a level."""
    sides = sides or (32, 128)
    if paints:
        with tempfile.TemporaryDirectory() as folder:
            click.echo(json.dumps(paint(Path(folder).resolve(), sides[0], settings, is_stub=stub)))
        return
    runs = [measure(side, settings, is_stub=stub) for side in sides]
    figures = figures_of(sides, runs, is_stub=stub)
    click.echo(table(figures))
    click.echo(json_line("growth", figures, sides=sides, stub=stub, settings=settings))


if __name__ == "__main__":
    main()
