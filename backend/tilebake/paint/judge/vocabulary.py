"""Find the judge's name for a terrain by the map's words for it."""

import re
from collections.abc import Mapping

from tilebake.level.terrain import Terrain


def judge_name(terrain: Terrain, nouns: Mapping[str, str]) -> str | None:
    """Find the judge's name for a map's terrain, from its prompt or else its name; None if it knows neither.

    `nouns`: each noun with the name of its terrain. The longest counts ("deep water" over "water"), and of
    equally long ones the last.
    """
    for text in (terrain.prompt, terrain.name):
        found = [
            (len(noun), match.start(), name)
            for noun, name in nouns.items()
            for match in re.finditer(rf"\b{re.escape(noun)}\b", text.lower())
        ]
        if found:
            return max(found)[2]
    return None
