"""Captions made of phrases, each word of which means what its phrase says up to there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.data.captions import DETAILS, LEADS, STYLES, phrase
from training.terrain.scene import random_patch
from training.text.level_words import ADJECTIVES, NOUNS

JOINTS = (", ", " and ", " with ", ", with ", " on ", " in ", " by the ", " of ", " next to ")
MOST = 4  # phrases in a caption


@dataclass(frozen=True)
class Parts:
    """A caption in pieces; only phrases mean something, what joins them is silent."""

    phrases: tuple[str, ...]
    joints: tuple[str, ...]  # one fewer


def pool(rng: np.random.Generator, words: Sequence[str], count: int) -> list[str]:
    """Phrases to learn from: what training says, what levels are made of, and any other word."""
    fixed = [*STYLES, *DETAILS, *(lead for lead in LEADS if lead), *NOUNS, *ADJECTIVES, *words]
    made = [phrase(rng, random_patch(rng)) for _ in range(count // 2)]
    for _ in range(count - count // 2):
        adjectives = rng.permutation(ADJECTIVES)[: int(rng.choice((1, 1, 1, 2)))]
        noun = str(rng.choice(NOUNS if rng.random() < 0.85 else words))
        made.append(" ".join([*map(str, adjectives), noun]))
    return list(dict.fromkeys([*fixed, *made]))


def prefixes(text: str) -> list[str]:
    """A phrase up to each of its words: "dark", "dark mossy", "dark mossy stone"."""
    words = text.split()
    return [" ".join(words[: end + 1]) for end in range(len(words))]


def caption(rng: np.random.Generator, phrases: Sequence[str]) -> Parts:
    """One phrase in two captions; else some joined at random."""
    count = int(rng.choice((1, 1, 1, 1, 2, 2, 3, MOST)))
    chosen = tuple(str(phrases[int(i)]) for i in rng.integers(len(phrases), size=count))
    return Parts(chosen, tuple(str(joint) for joint in rng.choice(JOINTS, size=count - 1)))
