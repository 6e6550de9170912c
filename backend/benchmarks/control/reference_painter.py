"""What a swap of words asks for: the ground of training pictures, painted in the old words and in the new.

The painter dresses one and the same ground in either word, so what structure it keeps is what is left to
keep: nearly all of it where a word is a colour, half of it and less where snow or moss lies over everything.
"""

from statistics import fmean

import numpy as np

from benchmarks.control.structure import structure_kept
from benchmarks.quality.vocabulary import noun_in
from tilebake.paint.picture import PixelArray
from training.terrain.catalog import NOUNS
from training.terrain.scene import ADJECTIVES, Patch, single

SIDE = 256  # pixels


def structure_kept_by_the_painter(before: str, after: str, seeds: int) -> float:
    """Mean correlation of edges between its pictures of two prompts, of the same ground; seeds from 0 on."""
    everywhere = np.ones((SIDE, SIDE), bool)
    return fmean(
        structure_kept(painted(before, seed), painted(after, seed), everywhere) for seed in range(seeds)
    )


def painted(prompt: str, seed: int) -> PixelArray:
    """Return a prompt's terrain with those of its words that the painter knows."""
    words = tuple(sorted(word for word in prompt.split() if word in ADJECTIVES))
    picture = single(np.random.default_rng(seed), (SIDE, SIDE), Patch(NOUNS[noun_in(prompt)], words))
    return (picture * 255 + 0.5).astype(np.uint8)
