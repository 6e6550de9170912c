"""What the shipped model was told in training: nouns, which its judge brings along, and adjectives."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from safetensors import safe_open

# The captions of the shipped model had these: each way to say an adjective in training.data.captions, then
# what the terrains are called anyway. A copy: a catalogue that grows is ahead of the model.
ADJECTIVES: Final = """
lush, verdant, dry, parched, withered, dark, gloomy, shadowy, bright, sunny, sunlit, mossy, moss-covered,
overgrown, snowy, snow-covered, snow-capped, autumn, autumnal, fall, muddy, dirty, wet, rainy, flooded,
soaked, cracked, broken, ruined, crumbling, burnt, charred, scorched, burned, frozen, icy, frosty, sandy,
dusty, rocky, stony, grassy, weedy, flowery, flowering, blooming, misty, foggy, hazy, magical, enchanted,
glowing, bloody, blood-stained, red, crimson, blue, azure, green, emerald, purple, violet, golden, yellow,
white, pale, black, jet-black, soft, fresh, dense, leafy, colourful, colorful, murky, boggy, brown, bare,
deep, clear, dark blue, grey, gray, rough, loose, small, ochre, hard, hot, orange, molten, pale blue, cold,
slippery, old, worn, wooden, square, ploughed, plowed, tilled, ripe, velvety, tall, dark green, evergreen,
lush green, tropical, thick, lifeless, spooky, clipped, turquoise, warm, shallow, wild, foaming, fast,
roaring, underwater, toxic, bubbling, poisonous, drifting, sticky, smouldering, steep, high, round, dark
grey, hexagonal, sharp, glassy, dark brown, damp, uneven, massive, bottomless, empty, scattered, silvery,
spotted, shiny, glittering, strong, carved, ancient, tiled, overlapping, straw-coloured, polished, veined,
elegant, patterned, woven, royal, riveted, rusty, futuristic, narrow, iron, straight, shady, thorny, broad,
timbered, stacked, burning, fluffy, airy, starry, endless
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
