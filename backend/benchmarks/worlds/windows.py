"""Measure what windows cost, what an edit costs, and whether windows that meet blur each other.

    python -m benchmarks.worlds.windows --side 24 --edits 5

The embedded model paints a square level of random blocks, and publishes it. Ghosts: the energy of a
Laplacian within the overlaps of windows, to that elsewhere. Drift: colours of a terrain's tiles apart between
windows, to within one. A patch's outline: steps of luma across it, to those that were there. Prints a table,
and one JSON line last.
"""

import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, json_line, table
from tilebake.cli.engine import load_components
from tilebake.cli.options import Machine
from tilebake.level.canvas import LATENT, canvas_of
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, Tiles, parse_map
from tilebake.level.windows.lattice import Extent
from tilebake.level.windows.patches import find_patches
from tilebake.models.reference import ModelSource, resolve
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.window_report import report_windows
from tilebake.paint.windows.store import MemoryStore
from tilebake.request import BakeRequest
from tilebake.serve.bake.model.recommended_settings import with_defaults
from tilebake.serve.bake.publish import publish

TERRAINS: Final = {"grass": "lush green grass", "forest": "dark forest", "water": "clear blue water"}
LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601
SURROUNDINGS: Final = 18  # latent pixels: what the decoder sees, and the filter that scales
Pixels = NDArray[np.uint8]


class Bench(NamedTuple):
    """Hold the model that paints, and how to ask it."""

    components: Components
    source: ModelSource

    def request(self, tilemap: TileMap, **settings: object) -> BakeRequest:
        """Ask for a map in windows."""
        given = BakeSettings.model_validate({"windows": "always", "transparent": False, **settings})
        chosen = decide(tilemap, given).settings
        decided = with_defaults(chosen, self.source, in_windows=True)
        return BakeRequest(tilemap, decided, "embedded", "benchmark", tilemap.seed)

    folder: Path  # for what is published

    def pipeline(self) -> Pipeline:
        """Return what paints, and keeps all windows that it painted."""
        return Pipeline(self.components, MemoryStore(most=1 << 31))

    def paint(self, request: BakeRequest, pipeline: Pipeline) -> tuple[Pixels, float]:
        """Paint and publish a request; its picture and the seconds that it took."""
        started = time.perf_counter()
        texture = pipeline.bake(request, lambda _: None)
        publish(texture, request, self.folder / "level.png", self.folder)
        return texture.image, time.perf_counter() - started


def level(columns: int, rows: int, seed: int = 1) -> TileMap:
    """Return a map of random blocks of 4 by 4 tiles."""
    chance = random.Random(seed)
    signs = {name[0]: name for name in TERRAINS}
    blocks = ["".join(chance.choice([*signs]) * 4 for _ in range(columns // 4)) for _ in range(rows // 4)]
    lines = [row for row in blocks for _ in range(4)]
    content = {"tilebake": 1, "tile_size": 64, "terrains": TERRAINS, "legend": signs, "rows": lines}
    return parse_map(json.dumps(content))


def with_other_tile(tilemap: TileMap, index: int) -> TileMap:
    """Return the map with another terrain in one of its cells."""
    tiles = list(tilemap.tiles)
    names = [*TERRAINS]
    name = names[(names.index(tiles[index].terrain) + 1) % len(names)]
    tiles[index] = tiles[index]._replace(terrain=name)
    return replace(tilemap, tiles=Tiles.of(tiles))


def luma_of(image: Pixels) -> NDArray[np.float32]:
    """Return the luma [H, W] of a picture."""
    return image[..., :3].astype(np.float32) @ LUMA


def steps_across(image: Pixels, outline: Extent) -> float:
    """Sum the steps of luma across the outline of an extent, as far as it lies inside of the picture."""
    luma = luma_of(image)
    top, bottom = max(0, LATENT * outline.top), min(luma.shape[0], LATENT * outline.bottom)
    left, right = max(0, LATENT * outline.left), min(luma.shape[1], LATENT * outline.right)
    rows = [luma[at, left:right] - luma[at - 1, left:right] for at in (top, bottom) if 0 < at < luma.shape[0]]
    columns = [
        luma[top:bottom, at] - luma[top:bottom, at - 1] for at in (left, right) if 0 < at < luma.shape[1]
    ]
    return float(sum(np.abs(each).sum() for each in (*rows, *columns)))


class Edit(NamedTuple):
    """Hold what one edit cost, in seconds, and what it changed."""

    patched: float
    pure: float
    changed: int  # pixels outside of the patch's surroundings
    before: float  # steps across the patch's outline
    after: float


def measure(bench: Bench, side: int, edits: int) -> list[Figure]:
    """Measure one level, and some edits of it."""
    tilemap, pipeline = level(side, side), bench.pipeline()
    request = bench.request(tilemap)
    canvas = canvas_of(tilemap, request.settings)
    window = (request.settings.window or 0) // LATENT
    alone = bench.request(level(window * LATENT // 64, window * LATENT // 64), windows="never")
    bench.paint(alone, pipeline)
    one = statistics.median(bench.paint(alone, pipeline)[1] for _ in range(3))
    before, full = bench.paint(request, pipeline)
    area = canvas.latent_size[0] * canvas.latent_size[1] / window**2
    chance = random.Random(2)
    chosen = [chance.randrange(len(tilemap.tiles)) for _ in range(edits)]
    found = [_edit(bench, tilemap, index, pipeline, before) for index in chosen]
    report = report_windows(request, before, None)
    drifts = [each.drift for each in report.terrains if each.drift is not None]
    return [
        Figure("time / (area in windows x one window alone)", "ratio", full / (area * one), most=1.9),
        *_figures_of(found, full),
        Figure("ghost ratio in overlaps", "ratio", report.ghost or 0.0, least=0.95),
        Figure("drift between windows / within, worst terrain", "ratio", max(drifts), most=1.1),
    ]


def _figures_of(found: Sequence[Edit], full: float) -> list[Figure]:
    """Return the figures of some edits of a level whose painting takes `full` seconds."""
    outlines = sum(each.after for each in found) / sum(each.before for each in found)
    return [
        Figure("one-tile edit, patched / full", "share", _median(found, "patched") / full, most=0.03),
        Figure("one-tile edit, pure / full", "share", _median(found, "pure") / full),
        Figure(
            "pixels changed outside of a patch's surroundings",
            "count",
            float(sum(each.changed for each in found)),
            most=0,
        ),
        Figure("steps across a patch's outline / before", "ratio", outlines, least=0.95, most=1.05),
    ]


def _median(edits: Sequence[Edit], name: str) -> float:
    return statistics.median(getattr(each, name) for each in edits)


def _edit(bench: Bench, tilemap: TileMap, index: int, pipeline: Pipeline, before: Pixels) -> Edit:
    """Edit one tile, patched and pure."""
    edited = bench.request(with_other_tile(tilemap, index))
    image, patched = bench.paint(replace(edited, anchor=tilemap), pipeline)
    patches = find_patches(tilemap, edited.tilemap, edited.settings) or ()
    outlines = [patch.new_extent for patch in patches]
    return Edit(
        patched=patched,
        pure=bench.paint(edited, pipeline)[1],
        changed=_changed_elsewhere(outlines, before, image),
        before=sum(steps_across(before, each) for each in outlines),
        after=sum(steps_across(image, each) for each in outlines),
    )


def _changed_elsewhere(patches: Sequence[Extent], before: Pixels, after: Pixels) -> int:
    elsewhere = (before != after).any(axis=-1)
    for patch in patches:
        seen = patch.grow(SURROUNDINGS)
        elsewhere[max(0, 8 * seen.top) : 8 * seen.bottom, max(0, 8 * seen.left) : 8 * seen.right] = False
    return int(elsewhere.sum())


@click.command()
@click.option(
    "--side", type=click.IntRange(16), default=24, show_default=True, help="Tiles, a multiple of 4."
)
@click.option("--edits", type=click.IntRange(1), default=5, show_default=True)
def main(side: int, edits: int) -> None:
    """Measure windows of the embedded model."""
    source = resolve("embedded")
    with tempfile.TemporaryDirectory() as folder:
        components = load_components(source, (), Machine("cpu", "auto"))
        figures = measure(Bench(components, source, Path(folder).resolve()), side, edits)
    click.echo(table(figures))
    click.echo(json_line("windows", figures))


if __name__ == "__main__":
    main()
