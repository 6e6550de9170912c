"""Phrases with a known noun in them that come out otherwise than their words let one expect.

Every English phrase of the lists that holds a known noun was painted by the shipped model on 3 x 3 tiles
and judged by its judge, as measure.py does it, and what stood out was looked at by a person. The judge takes
mud for dirt, clouds for snow and crates for planks, as people do at a glance: such alone is no reason to be
here.
"""

from typing import Final

# They hold nouns of two terrains, and come out as the one that is meant: at least seven tiles of nine.
PAINTED: Final = """
    acid lake, acid river, acid swamp, acid water, bamboo fence, bamboo hedge, bamboo jungle, bamboo
    trees, barley field, bone graveyard, bone ground, brick ground, brick ground floor, brick path,
    brick pavement, brick street, brick tiles, building wall, burning city, burning village, cavern
    ground, cavern walls, clay brick, clay ground, clay pit, cliff wall, cobbled ground, cobblestone
    ground, colorful tiles, cracked clay ground, cracked mud, crystal cavern, crystal caves, crystal
    ground, crystal wall, dead woods, decorated tiles, deep lake, desert ground, dry river bed, earth
    road, farm soil, field of grass, fiery ground, fire field, fire ground, fire pit, fire wall, granite
    floor, granite tiles, grass ground, gravel beach, gravel ground, gravel pit, hay field, hilly
    ground, house walls, ice crystals, ice field, ice ground, ice wall, jungle forest, lava cave, lava
    pit, lava pool, lava stream, lifeless woods, maize field, mangrove swamp, mosaic pavement, mushroom
    ground, mushroom trees, mushroom woods, palm forest, paving stone, persian tiles, ploughed soil,
    plowed soil, poison lake, poison pit, poison pool, poison water, river pebbles, river rocks, rock
    ground, rushing river, sand ground, sea of fire, sea water, shingle beach, slime pool, snow covered
    ground, snow ground, stone debris, stone flags, stone plates, stone road, stone staircase, stone
    stairway, stone tile, sugar cane field, town path, toxic lake, toxic pool, toxic river, treasure
    cave, waterfall wall, wooden ground, wooden wall planks
"""

# They mean the terrain of the noun that they hold, and come out as another: at most two of nine are right.
ASTRAY: Final = "snow tile"

# Adjectives of which one of each kind together come out as a terrain of their own: {"one": [...],
# "other": [...], "paints": ...}. "dark snowy forest" was mossy rocks to the model of twenty terrains, and is
# a dark snowy forest now.
CLASHES: Final[tuple[dict[str, object], ...]] = ()


def phrases(text: str) -> list[str]:
    """The phrases of a list, which commas divide."""
    return [" ".join(each.split()) for each in text.split(",")]
