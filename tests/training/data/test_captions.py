"""Captions name what is there, in many wordings, and nothing else."""

import numpy as np
import pytest

from training.data.captions import DETAILS, LEADS, STYLES, SYNONYMS, caption, phrase
from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.scene import ADJECTIVES, Patch, random_patch


def says(text: str, patch: Patch) -> bool:
    """Whether a phrase is a noun for the terrain, its adjectives once each, and at most one plain one."""
    terrain = TERRAINS[patch.terrain]
    for noun in terrain.words:
        for plain in ("", *terrain.plain):
            ending = f"{plain} {noun}".strip()
            if text.endswith(ending) and _are(text.removesuffix(ending).split(), patch.adjectives):
                return True
    return False


def _are(words: list[str], adjectives: tuple[str, ...]) -> bool:
    meant = [next((a for a in ADJECTIVES if word in SYNONYMS[a]), word) for word in words]
    return sorted(meant) == sorted(adjectives)


def phrases(text: str) -> list[str]:
    """What a caption names, without words about the scene. Empty where it names nothing."""
    for style in sorted(STYLES, key=len, reverse=True):
        if text == style:
            return []
        text = text.removeprefix(f"{style}, ")
    for lead in LEADS:
        text = text.removeprefix(f"{lead} ")
    return [part for part in text.replace(" and ", ", ").split(", ") if part not in DETAILS]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("adjectives", [(), ("dark",), ("mossy", "snowy")])
def test_a_phrase_names_the_terrain_and_its_adjectives(name: str, adjectives: tuple[str, ...]) -> None:
    rng, patch = np.random.default_rng(1), Patch(name, adjectives)
    said = {phrase(rng, patch) for _ in range(60)}
    assert all(says(text, patch) for text in said)
    assert len(said) > 5


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_caption_names_each_terrain_that_is_there_and_no_other(count: int) -> None:
    rng = np.random.default_rng(count)
    for _ in range(200):
        patches = tuple(random_patch(rng) for _ in range(count))
        said = phrases(caption(rng, patches))
        assert len(said) in ((0, count) if count > 1 else (1,))
        for text in said:
            assert any(says(text, patch) for patch in patches)
        for patch in patches if said else ():
            assert any(says(text, patch) for text in said)


def test_a_scene_is_sometimes_named_by_the_scene_prompt_alone() -> None:
    rng, patches = np.random.default_rng(0), (Patch("grass"), Patch("water"))
    alone = [not phrases(caption(rng, patches)) for _ in range(1000)]
    assert 0.15 < np.mean(alone) < 0.3


@pytest.mark.parametrize("adjective", ADJECTIVES)
def test_every_adjective_has_words_that_mean_no_other(adjective: str) -> None:
    others = {word for other in ADJECTIVES if other != adjective for word in SYNONYMS[other]}
    assert SYNONYMS[adjective][0] == adjective
    assert not others & set(SYNONYMS[adjective])
