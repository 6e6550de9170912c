"""From a map's words for a terrain to the terrain that the judge knows."""

import re
from typing import Final

from tilebake.level.terrain import Terrain
from training.terrain.catalog import TERRAINS

NOUNS: Final = {noun: name for name, terrain in TERRAINS.items() for noun in terrain.words}


def judged_as(terrain: Terrain) -> str:
    """The catalogue's name for a map's terrain, from its prompt or else its own name.

    The longest noun counts ("deep water" over "water"), and of equally long ones the last. Raises ValueError
    when there is none.
    """
    for text in (terrain.prompt, terrain.name):
        found = [
            (len(noun), match.start(), name)
            for noun, name in NOUNS.items()
            for match in re.finditer(rf"\b{re.escape(noun)}\b", text.lower())
        ]
        if found:
            return max(found)[2]
    raise ValueError(f'no terrain that the judge knows is in "{terrain.prompt}" or "{terrain.name}"')


def noun_in(prompt: str) -> str:
    """The noun of a terrain that a prompt has, the longest that there is. Raises ValueError without any."""
    found = [noun for noun in NOUNS if re.search(rf"\b{re.escape(noun)}\b", prompt.lower())]
    if not found:
        raise ValueError(f'no terrain that the judge knows is in "{prompt}"')
    return max(found, key=len)
