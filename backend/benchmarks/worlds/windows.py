"""Measure what windows cost, what an edit costs, and whether windows that meet blur each other.

    python -m benchmarks.worlds.windows --side 24 --edits 5

The embedded model paints a square level of random blocks. Ghosts: the energy of a Laplacian within the
overlaps of windows, to that elsewhere. Prints a table, and one JSON line last.
"""

import json
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
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
from tilebake.level.windows.lattice import Lattice, extent_of
from tilebake.level.windows.patches import find_patches
from tilebake.models.reference import ModelSource, resolve
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows.store import MemoryStore
from tilebake.request import BakeRequest
from tilebake.serve.bake.plan import with_defaults

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

    def paint(self, request: BakeRequest, store: MemoryStore) -> tuple[Pixels, float]:
        """Paint a request; its picture and the seconds that it took."""
        started = time.perf_counter()
        image = Pipeline(self.components, store).bake(request, lambda _: None).image
        return image, time.perf_counter() - started


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


def overlap_columns(lattice: Lattice, width: int) -> NDArray[np.bool_]:
    """Tell which canvas columns lie in an overlap of two windows: [width]."""
    latents = np.arange(lattice.world.left, lattice.world.left + width // LATENT)
    within = (latents % lattice.stride < lattice.overlap) & (latents >= lattice.world.left + lattice.overlap)
    return np.repeat(within & (latents < lattice.world.right - lattice.overlap), LATENT)


def ghost_ratio(image: Pixels, lattice: Lattice) -> float:
    """Return the energy of a Laplacian within the overlaps of columns, to that elsewhere."""
    luma = luma_of(image)
    laplacian = 4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
    energy = (laplacian**2).mean(axis=0)
    inside = overlap_columns(lattice, luma.shape[1])[1:-1]
    return float(energy[inside].mean() / energy[~inside].mean())


def measure(bench: Bench, side: int, edits: int) -> list[Figure]:
    """Measure one level, and some edits of it."""
    tilemap, store = level(side, side), MemoryStore(most=1 << 31)
    request = bench.request(tilemap)
    canvas = canvas_of(tilemap, request.settings)
    window = (request.settings.window or 0) // LATENT
    lattice = Lattice(window, extent_of(canvas))
    alone = bench.request(level(window * LATENT // 64, window * LATENT // 64), windows="never")
    bench.paint(alone, MemoryStore())
    one = statistics.median(bench.paint(alone, MemoryStore())[1] for _ in range(3))
    before, full = bench.paint(request, store)
    area = canvas.latent_size[0] * canvas.latent_size[1] / window**2
    chance = random.Random(2)
    chosen = [chance.randrange(len(tilemap.tiles)) for _ in range(edits)]
    patched, pure, changed = _edit(bench, tilemap, chosen, store, before)
    return [
        Figure("time / (area in windows x one window alone)", "ratio", full / (area * one), most=1.9),
        Figure("one-tile edit, patched / full", "share", statistics.median(patched) / full, most=0.03),
        Figure("one-tile edit, pure / full", "share", statistics.median(pure) / full),
        Figure("pixels changed outside of a patch's surroundings", "count", float(changed), most=0),
        Figure("ghost ratio in overlaps", "ratio", ghost_ratio(before, lattice), least=0.95),
    ]


def _edit(
    bench: Bench, tilemap: TileMap, chosen: Sequence[int], store: MemoryStore, before: Pixels
) -> tuple[list[float], list[float], int]:
    """Return the seconds of each edit, patched and pure, and how many pixels changed elsewhere."""
    patched: list[float] = []
    pure: list[float] = []
    changed = 0
    for index in chosen:
        edited = bench.request(with_other_tile(tilemap, index))
        image, seconds = bench.paint(replace(edited, anchor=tilemap), store)
        patched.append(seconds)
        changed += _changed_elsewhere(tilemap, edited, before, image)
        pure.append(bench.paint(edited, store)[1])
    return patched, pure, changed


def _changed_elsewhere(anchor: TileMap, edited: BakeRequest, before: Pixels, after: Pixels) -> int:
    patches = find_patches(anchor, edited.tilemap, edited.settings) or ()
    elsewhere = (before != after).any(axis=-1)
    for patch in patches:
        seen = patch.new_extent.grow(SURROUNDINGS)
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
    bench = Bench(load_components(source, (), Machine("cpu", "auto")), source)
    figures = measure(bench, side, edits)
    click.echo(table(figures))
    click.echo(json_line("windows", figures))


if __name__ == "__main__":
    main()
