"""What the shipped model was told in training: nouns, which its judge brings along, and adjectives."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from safetensors import safe_open

# The captions of the shipped model had these, as the commit of its weights says them (665dbd7). The
# catalogue's adjectives are of the next one.
ADJECTIVES: Final = """
lush, verdant, dry, parched, withered, dark, gloomy, shadowy, bright, sunny, mossy, moss-covered, overgrown,
snowy, snow-covered, frosty, autumn, autumnal, muddy, green, soft, fresh, dense, colourful, blooming, murky,
brown, bare, white, deep, blue, clear, dark blue, golden, yellow, grey, rough, loose, small, ochre, hard,
glowing, hot, orange, pale blue, cold, frozen, old, worn, red, square, ploughed, ripe
"""


def adjectives() -> list[str]:
    """The adjectives, in the order of the captions' making."""
    return [" ".join(each.split()) for each in ADJECTIVES.split(",")]


def nouns(judge: Path) -> dict[str, str]:
    """Each noun with its terrain's name, the commonest first, from a judge's file."""
    with safe_open(judge, "numpy") as file:
        metadata = file.metadata()
    return cast("dict[str, str]", json.loads(metadata["nouns"]))


def first_nouns(nouns: Mapping[str, str]) -> dict[str, str]:
    """Each terrain's name with the commonest of its nouns."""
    firsts: dict[str, str] = {}
    for noun, name in nouns.items():
        firsts.setdefault(name, noun)
    return firsts
