"""The catalogue's nouns in prompts that are sure to have one."""

import re

from tilebake.level.terrain import Terrain
from tilebake.paint.judge.vocabulary import judge_name
from training.terrain.catalog import NOUNS


def known_as(terrain: Terrain) -> str:
    """Return the catalogue's name for a map's terrain. Raises ValueError when there is none."""
    name = judge_name(terrain, NOUNS)
    if name is None:
        raise ValueError(f'no terrain that the judge knows is in "{terrain.prompt}" or "{terrain.name}"')
    return name


def noun_in(prompt: str) -> str:
    """Return the longest noun of a terrain that a prompt has. Raises ValueError without any."""
    found = [noun for noun in NOUNS if re.search(rf"\b{re.escape(noun)}\b", prompt.lower())]
    if not found:
        raise ValueError(f'no terrain that the judge knows is in "{prompt}"')
    return max(found, key=len)
