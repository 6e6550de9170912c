"""Words that are held out stay out, and every other noun means one terrain."""

import re

import numpy as np

from training.data.captions import SYNONYMS, caption
from training.data.held_out import HELD_OUT
from training.terrain.catalog import NAMES, NOUNS, TERRAINS
from training.terrain.scene import random_patch

WORDS = [word for words in HELD_OUT.values() for word in words]


def test_there_are_words_enough_for_every_terrain() -> None:
    assert set(HELD_OUT) == set(NAMES)
    assert len(WORDS) == len(set(WORDS)) >= 100
    assert sum(len(terrain.words) for terrain in TERRAINS.values()) == len(NOUNS) >= 400


def test_a_held_out_word_is_nobodys_noun_and_no_adjective() -> None:
    known = {noun.lower() for noun in NOUNS} | {word for each in SYNONYMS.values() for word in each}
    assert not known & {word.lower() for word in WORDS}


def test_no_caption_has_a_held_out_word() -> None:
    rng = np.random.default_rng(5)
    texts = [caption(rng, (random_patch(rng), random_patch(rng))) for _ in range(1500)]
    everything = " | ".join(
        [*texts, *NOUNS, *(plain for each in TERRAINS.values() for plain in each.plain)]
    ).lower()
    said = [word for word in WORDS if re.search(rf"\b{re.escape(word.lower())}\b", everything)]
    assert not said
