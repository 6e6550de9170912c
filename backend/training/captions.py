"""What a person would type for a picture: many wordings of the same scene."""

from typing import NamedTuple

import numpy as np

from training.terrain.catalog import TERRAINS
from training.terrain.scene import Patch

SYNONYMS = {
    "lush": ("lush", "verdant"),
    "dry": ("dry", "parched", "withered"),
    "dark": ("dark", "gloomy", "shadowy"),
    "bright": ("bright", "sunny"),
    "mossy": ("mossy", "moss-covered", "overgrown"),
    "snowy": ("snowy", "snow-covered", "frosty"),
    "autumn": ("autumn", "autumnal"),
    "muddy": ("muddy",),
}
STYLES = (
    "top-down fantasy game map, hand painted",
    "top-down fantasy game map",
    "game level seen from above",
    "hand painted game map, top-down view",
    "top-down view",
    "hand painted",
    "a fantasy landscape from above",
    "video game texture",
)
DETAILS = ("hand painted", "top-down view", "highly detailed", "game texture", "fantasy map")
LEADS = ("a map of", "a landscape with", "a game level with", "")


def scene_prompt(rng: np.random.Generator) -> str:
    """Words about the whole that name no terrain, as a map's base prompt; or none at all."""
    return "" if rng.random() < 0.2 else str(rng.choice(STYLES))


def phrase(rng: np.random.Generator, patch: Patch) -> str:
    """One terrain in words: "dark mossy stone", "clear blue water"."""
    terrain = TERRAINS[patch.terrain]
    choices = [SYNONYMS[adjective] for adjective in patch.adjectives]
    words = [str(rng.choice(each[:1] if rng.random() < 0.65 else each)) for each in choices]
    rng.shuffle(words)
    if rng.random() < 0.3:
        words.append(str(rng.choice(terrain.plain)))
    noun = terrain.words[0] if rng.random() < 0.5 else str(rng.choice(terrain.words))
    return " ".join([*words, noun])


Span = tuple[int, int]  # of characters: the first, and behind the last


class Telling(NamedTuple):
    """A caption, and where it names each terrain: as many spans as terrains, or none."""

    text: str
    spans: tuple[Span, ...] = ()


def caption(rng: np.random.Generator, patches: tuple[Patch, ...]) -> Telling:
    """A prompt for a picture of these terrains, with or without words about the scene."""
    style = str(rng.choice(STYLES)) if rng.random() < 0.5 else ""
    if len(patches) > 1 and rng.random() < 0.22:  # the scene prompt alone stands for any scene
        return Telling(style or str(rng.choice(STYLES)))
    order = [int(i) for i in rng.permutation(len(patches))]
    said = [phrase(rng, patches[i]) for i in order]
    if len(said) == 1:
        detail = str(rng.choice(DETAILS)) if rng.random() < 0.2 else ""
        text = ", ".join(part for part in (style, said[0], detail) if part)
        return Telling(text, _spans(text, said, order, len(style)))
    lead = str(rng.choice(LEADS))
    listed = ", ".join(said[:-1]) + " and " + said[-1]
    text = ", ".join(part for part in (style, f"{lead} {listed}".strip()) if part)
    return Telling(text, _spans(text, said, order, len(text) - len(listed)))


def _spans(text: str, said: list[str], order: list[int], first: int) -> tuple[Span, ...]:
    """Where the phrases `said` stand one after another, from a character on; by patch, not in `order`."""
    spans: dict[int, Span] = {}
    for index, each in zip(order, said, strict=True):
        start = text.index(each, first)
        first = start + len(each)
        spans[index] = start, first
    return tuple(spans[index] for index in sorted(spans))
