"""Heat of nouns: in maps, over their tiles; in plain prompts, over what the judge takes for their terrain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.control.attended import by_tile, inside_over_outside, tile_heat
from benchmarks.control.fixed_heads import fixed_heads
from benchmarks.control.scenes import Studio
from benchmarks.figures import Figure
from benchmarks.quality.cores import picture_cores
from benchmarks.quality.paintings import keep, map_path
from benchmarks.quality.vocabulary import noun_in
from tilebake.level.tilemap import TileMap
from tilebake.paint.judge.network import Judge, verdicts
from tilebake.paint.tile_scale import TILE_PIXELS
from training.terrain.catalog import NOUNS

MAPS: Final = ("forest", "river", "island")  # square tiles, on canvases of whole tiles
# Nouns that the embedded model paints beside each other at least in some pictures.
PLAIN: Final = (
    ("a map of grass, water and forest", ("grass", "water", "forest")),
    ("a map of snow, lava and grass", ("snow", "lava", "grass")),
    ("a landscape with grass, sand and ice", ("grass", "sand", "ice")),
    ("a game level with forest and stone", ("forest", "stone")),
)
SIZE: Final = (512, 384)  # of a plain picture, in pixels
LIKE: Final = {"water": ("water", "deep_water")}  # the judge's names for a noun, where there are several


@dataclass(frozen=True)
class Heat:
    """One noun in one picture."""

    picture: str
    word: str
    ratio: float  # its heat inside over that outside
    by_mask: float = 1.0  # what its terrain's mask gives by itself; a plain prompt has none


def regional_heat(studio: Studio, title: str, seeds: int) -> Iterator[Heat]:
    """Each terrain's noun over its own tiles on a sample map, with each seed from 0 on."""
    tilemap = studio.sample(map_path(title)).tilemap
    nouns = [noun_in(terrain.prompt) for terrain in tilemap.terrains]
    for seed in range(seeds):
        scene = studio.pipeline.scene(studio.request(tilemap, seed))
        maps = studio.observe(scene, nouns).extra
        heat = tile_heat(maps, _size(tilemap))
        masks = by_tile(scene.blend.regions[scene.blend.steps[-1].mask_sigma].masks, _size(tilemap))
        for index, (word, (region, *_)) in enumerate(zip(maps.words, maps.regions, strict=True)):
            assert region is not None, "no base prompt here has a noun"
            inside = tiles_of(tilemap, tilemap.terrains[region].name)
            ratios = [inside_over_outside(each, inside) for each in (heat[index], masks[region])]
            if None not in ratios:
                yield Heat(f"{title} {seed}", word, *(ratio for ratio in ratios if ratio is not None))


def plain_heat(studio: Studio, judge: Judge, seeds: int, out: Path | None) -> Iterator[Heat]:
    """Nouns of plain prompts, over the tiles in which the judge sees their terrain."""
    size = SIZE[1] // TILE_PIXELS, SIZE[0] // TILE_PIXELS
    for prompt, words in PLAIN:
        for seed in range(seeds):
            observed = studio.observe(studio.plain(prompt, SIZE, seed), words)
            keep(observed.image, out, f"heat-{prompt.replace(' ', '_').replace(',', '')}-{seed}")
            heat = tile_heat(observed.extra, size)
            found = verdicts(judge, picture_cores(observed.image)).reshape(size)
            for index, word in enumerate(words):
                ratio = inside_over_outside(heat[index], np.isin(found, LIKE.get(word, (NOUNS[word],))))
                if ratio is not None:
                    yield Heat(f"{prompt} {seed}", word, ratio)


def tiles_of(tilemap: TileMap, terrain: str) -> NDArray[np.bool_]:
    """Which tiles of a square map without gaps are a terrain's: [rows, columns]."""
    width, height = tilemap.tile_size
    inside = np.zeros(_size(tilemap), bool)
    for tile in tilemap.tiles:
        row = int((tile.centre_y - tilemap.bounds.y) // height)
        column = int((tile.centre_x - tilemap.bounds.x) // width)
        inside[row, column] |= tile.terrain == terrain
    return inside


def heat_figures(studio: Studio, plain: Sequence[Heat], regional: Sequence[Heat]) -> list[Figure]:
    """Summarise the nouns' ratios, and how many of the model's heads look at the picture at all."""
    figures: list[Figure] = []
    for name, heats, least in (("plain prompt", plain, 1.5), ("map", regional, 4.0)):
        ratios = [heat.ratio for heat in heats]
        share = sum(ratio >= least for ratio in ratios) / len(ratios)
        note = f"{min(ratios):.2f} to {max(ratios):.2f}, {share:.0%} of {len(ratios)} nouns reach the aim"
        figures.append(
            Figure(f"heat inside / outside, {name}", "ratio", median(ratios), least=least, note=note)
        )
    masks = median(heat.by_mask for heat in regional)
    figures.append(Figure("the same in a map, by its masks alone", "ratio", masks))
    fixed = fixed_heads(studio, studio.plain(PLAIN[0][0], SIZE, 0))
    note = "attention that is within 5 % the same at every pixel"
    figures.append(Figure("heads that are blind to the picture", "share", fixed, note=note))
    return figures


def _size(tilemap: TileMap) -> tuple[int, int]:
    """Rows and columns of a square map."""
    width, height = tilemap.tile_size
    return round(tilemap.bounds.height / height), round(tilemap.bounds.width / width)
