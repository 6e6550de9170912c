"""What a person would type for a picture: many wordings of the same scene."""

import numpy as np

from training.terrain.catalog import TERRAINS
from training.terrain.scene import Patch

SYNONYMS = {
    "lush": ("lush", "verdant"),
    "dry": ("dry", "parched", "withered"),
    "dark": ("dark", "gloomy", "shadowy"),
    "bright": ("bright", "sunny", "sunlit"),
    "mossy": ("mossy", "moss-covered", "overgrown"),
    "snowy": ("snowy", "snow-covered", "snow-capped"),
    "autumn": ("autumn", "autumnal", "fall"),
    "muddy": ("muddy", "dirty"),
    "wet": ("wet", "rainy", "flooded", "soaked"),
    "cracked": ("cracked", "broken", "ruined", "crumbling"),
    "burnt": ("burnt", "charred", "scorched", "burned"),
    "frozen": ("frozen", "icy", "frosty"),
    "sandy": ("sandy", "dusty"),
    "rocky": ("rocky", "stony"),
    "grassy": ("grassy", "weedy"),
    "flowery": ("flowery", "flowering", "blooming"),
    "misty": ("misty", "foggy", "hazy"),
    "magical": ("magical", "enchanted", "glowing"),
    "bloody": ("bloody", "blood-stained"),
    "red": ("red", "crimson"),
    "blue": ("blue", "azure"),
    "green": ("green", "emerald"),
    "purple": ("purple", "violet"),
    "golden": ("golden", "yellow"),
    "white": ("white", "pale"),
    "black": ("black", "jet-black"),
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
FIRST_SHARE = 0.35  # of phrases that have the commonest noun, come what may
LEADS = ("a map of", "a landscape with", "a game level with", "")


def scene_prompt(rng: np.random.Generator) -> str:
    """Words about the whole that name no terrain, as a map's base prompt; or none at all."""
    return "" if rng.random() < 0.2 else str(rng.choice(STYLES))


def phrase(rng: np.random.Generator, patch: Patch) -> str:
    """One terrain in words: "dark mossy stone", "clear blue water"."""
    terrain = TERRAINS[patch.terrain]
    choices = [SYNONYMS[adjective] for adjective in patch.adjectives]
    words = [str(rng.choice(each[:1] if rng.random() < 0.65 else each)) for each in choices]
    words = [str(word) for word in rng.permutation(words)]
    if rng.random() < 0.3:
        words.append(str(rng.choice(terrain.plain)))
    noun = terrain.words[0] if rng.random() < FIRST_SHARE else str(rng.choice(terrain.words))
    return " ".join([*words, noun])


def caption(rng: np.random.Generator, patches: tuple[Patch, ...]) -> str:
    """A prompt for a picture of these terrains, with or without words about the scene."""
    style = str(rng.choice(STYLES)) if rng.random() < 0.5 else ""
    if len(patches) > 1 and rng.random() < 0.22:  # the scene prompt alone stands for any scene
        return style or str(rng.choice(STYLES))
    said = [phrase(rng, patches[int(i)]) for i in rng.permutation(len(patches))]
    if len(said) == 1:
        detail = str(rng.choice(DETAILS)) if rng.random() < 0.2 else ""
        return ", ".join(part for part in (style, said[0], detail) if part)
    lead = str(rng.choice(LEADS))
    listed = ", ".join(said[:-1]) + " and " + said[-1]
    return ", ".join(part for part in (style, f"{lead} {listed}".strip()) if part)
