"""The terrains there are: how each is painted, what it is called, and how it meets its neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from training.terrain.fields import Shape
from training.terrain.look import Look
from training.terrain.materials import (
    cave,
    cold,
    elements,
    floors,
    grassland,
    ground,
    masonry,
    plants,
    rock,
    trees,
    water,
    wood,
)
from training.terrain.surface import Surface
from training.terrain.words.built import BUILT
from training.terrain.words.nature import NATURE

WORDS = NATURE | BUILT
Painter = Callable[[np.random.Generator, Shape, Look], Surface]


class Edge(Enum):
    """What a terrain's border does."""

    GRASS = auto()  # tufts lean over it
    GROUND = auto()  # soft: water makes a beach of it
    HARD = auto()  # rock, walls and floors
    WATER = auto()  # foam on it, and wet ground beyond
    FIRE = auto()  # chars and lights the ground beyond


@dataclass(frozen=True)
class Terrain:
    """One kind of ground.

    rise: pixels that it stands higher than what is trodden; its shadow falls on what is lower.
    """

    name: str
    paint: Painter
    edge: Edge = Edge.HARD
    rise: float = 0.0

    @property
    def words(self) -> tuple[str, ...]:
        """Nouns for it, the commonest first."""
        return WORDS[self.name].nouns

    @property
    def plain(self) -> tuple[str, ...]:
        """Adjectives that say what it looks like anyway."""
        return WORDS[self.name].plain


# The order is that of the judge's first twenty, then of what was learnt after them.
_ALL = (
    Terrain("grass", grassland.grass, Edge.GRASS),
    Terrain("forest", trees.forest, Edge.GROUND, rise=12),
    Terrain("flowers", grassland.flowers, Edge.GRASS),
    Terrain("swamp", grassland.swamp, Edge.GRASS, rise=-1),
    Terrain("dirt", ground.dirt, Edge.GROUND, rise=-1),
    Terrain("snow", cold.snow, rise=2),
    Terrain("water", water.water, Edge.WATER, rise=-5),
    Terrain("deep_water", water.deep_water, Edge.WATER, rise=-6),
    Terrain("sand", ground.sand, Edge.GROUND, rise=-1),
    Terrain("stone", rock.stone, rise=1),
    Terrain("gravel", ground.gravel, Edge.GROUND, rise=-1),
    Terrain("cracked_clay", ground.cracked_clay, Edge.GROUND),
    Terrain("lava", ground.lava, Edge.FIRE, rise=-5),
    Terrain("ice", cold.ice, rise=-2),
    Terrain("cobblestone", masonry.cobblestone, rise=-1),
    Terrain("brick", masonry.brick, rise=9),
    Terrain("planks", wood.planks, rise=1),
    Terrain("stone_tiles", floors.stone_tiles),
    Terrain("farmland", plants.farmland, Edge.GROUND),
    Terrain("wheat_field", plants.wheat_field, Edge.GRASS, rise=4),
    Terrain("moss", grassland.moss, Edge.GRASS),
    Terrain("reeds", grassland.reeds, Edge.GRASS, rise=4),
    Terrain("pine_forest", trees.pine_forest, Edge.GROUND, rise=12),
    Terrain("jungle", trees.jungle, Edge.GROUND, rise=12),
    Terrain("palms", trees.palms, Edge.GROUND),
    Terrain("dead_forest", trees.dead_forest, Edge.GROUND, rise=2),
    Terrain("hedge", plants.hedge, Edge.GROUND, rise=9),
    Terrain("shallows", water.shallows, Edge.WATER, rise=-4),
    Terrain("rapids", water.rapids, Edge.WATER, rise=-5),
    Terrain("waterfall", water.waterfall, Edge.WATER, rise=-4),
    Terrain("coral", water.coral, Edge.WATER, rise=-5),
    Terrain("slime", water.slime, rise=-4),
    Terrain("ice_floes", cold.ice_floes, Edge.WATER, rise=-4),
    Terrain("mud", ground.mud, Edge.GROUND, rise=-2),
    Terrain("ash", ground.ash, Edge.GROUND),
    Terrain("cliff", rock.cliff, rise=12),
    Terrain("mountains", rock.mountains, Edge.GROUND, rise=4),
    Terrain("hills", rock.hills, Edge.GRASS, rise=4),
    Terrain("rubble", rock.rubble, Edge.GROUND, rise=3),
    Terrain("basalt", rock.basalt, rise=4),
    Terrain("crystal", rock.crystal, rise=3),
    Terrain("cave_floor", cave.cave_floor, rise=-2),
    Terrain("cave_wall", cave.cave_wall, rise=14),
    Terrain("abyss", cave.abyss, rise=-16),
    Terrain("bones", cave.bones, Edge.GROUND),
    Terrain("cobweb", cave.cobweb),
    Terrain("mushrooms", cave.mushrooms, Edge.GROUND, rise=3),
    Terrain("treasure", cave.treasure, rise=3),
    Terrain("castle_wall", masonry.castle_wall, rise=14),
    Terrain("sandstone", masonry.sandstone, rise=12),
    Terrain("roof_tiles", masonry.roof_tiles, rise=14),
    Terrain("thatch", masonry.thatch, rise=12),
    Terrain("marble", floors.marble, rise=1),
    Terrain("mosaic", floors.mosaic),
    Terrain("carpet", floors.carpet, rise=1),
    Terrain("metal_plates", floors.metal_plates, rise=1),
    Terrain("panels", floors.panels, rise=1),
    Terrain("asphalt", floors.asphalt, rise=-1),
    Terrain("palisade", wood.palisade, rise=11),
    Terrain("bridge", wood.bridge, rise=4),
    Terrain("rails", wood.rails, rise=1),
    Terrain("forest_floor", plants.forest_floor, Edge.GROUND),
    Terrain("bamboo", plants.bamboo, Edge.GROUND, rise=10),
    Terrain("cacti", plants.cacti, Edge.GROUND),
    Terrain("stairs", masonry.stairs, rise=4),
    Terrain("graves", masonry.graves, Edge.GRASS),
    Terrain("houses", wood.houses, Edge.GROUND, rise=3),
    Terrain("crates", wood.crates, rise=3),
    Terrain("fire", elements.fire, Edge.FIRE),
    Terrain("clouds", elements.clouds, rise=-8),
    Terrain("space", elements.space, rise=-16),
)
TERRAINS: dict[str, Terrain] = {each.name: each for each in _ALL}
NAMES = tuple(TERRAINS)
NOUNS = {noun: name for name, terrain in TERRAINS.items() for noun in terrain.words}
COMMON = {noun: name for name, terrain in TERRAINS.items() for noun in terrain.words[:3]}
"""The two hundred words that levels are mostly made of."""
