"""Phrases with a known noun in them that come out otherwise than their words let one expect.

Every English phrase of the lists that holds a known noun was painted by the shipped model on 3 x 3 tiles
and judged by its judge, as measure.py does it, and what stood out was looked at by a person. The judge takes
many stones for cobbles, and an orange forest for clay: such alone is no reason to be here.
"""

from typing import Final

# They hold nouns of two terrains, and come out as the one that is meant: at least seven tiles of nine.
PAINTED: Final = "brick path, gravel beach, river pebbles, shingle beach, stone road"

# They mean the terrain of the noun that they hold, and come out as another: at most two of nine are right.
ASTRAY: Final = "arena tiles, potting soil, ripples of sand, snow tile"

# Each adjective is painted as it says, and one of each kind together comes out as a terrain of its own,
# whatever the noun, the order and the weights: of 18 tiles of "dark snowy forest" the judge takes 2 for a
# forest, of "snowy forest" 17 and of "dark forest" all, and people see mossy rocks.
CLASHES: Final = (
    {"one": ["dark", "gloomy", "shadowy"], "other": ["snowy", "snow-covered", "frosty"], "paints": "stone"},
)


def phrases(text: str) -> list[str]:
    """The phrases of a list, which commas divide."""
    return [" ".join(each.split()) for each in text.split(",")]
