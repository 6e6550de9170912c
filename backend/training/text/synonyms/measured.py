"""Phrases with a known noun in them that come out otherwise than their words let one expect.

Every English phrase of the lists that holds a known noun was painted by the shipped model on 3 x 3 tiles
and judged by its judge, as measure.py does it, and what stood out was looked at by a person. The judge takes
many stones for cobbles, and an orange forest for clay: such alone is no reason to be here.
"""

from typing import Final

# They hold nouns of two terrains, and come out as the one that is meant: at least seven tiles of nine.
PAINTED: Final = "brick path, gravel beach, river pebbles, shingle beach, stone road"

# They mean the terrain of the noun that they hold, and come out as another: at most two of nine are right.
ASTRAY: Final = "snow tile"

# Adjectives of which one of each kind together come out as a terrain of their own: {"one": [...],
# "other": [...], "paints": ...}. "dark snowy forest" was mossy rocks to the model of twenty terrains, and is
# a dark snowy forest now.
CLASHES: Final[tuple[dict[str, object], ...]] = ()


def phrases(text: str) -> list[str]:
    """The phrases of a list, which commas divide."""
    return [" ".join(each.split()) for each in text.split(",")]
