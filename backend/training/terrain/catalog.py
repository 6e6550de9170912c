"""The terrains there are, and the words for them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.terrain import built, ground, mineral, vegetation, water
from training.terrain.fields import Shape
from training.terrain.look import Look
from training.terrain.surface import Surface

Painter = Callable[[np.random.Generator, Shape, Look], Surface]


@dataclass(frozen=True)
class Terrain:
    """One kind of ground.

    words: nouns for it, the commonest first. plain: adjectives that say what it looks like anyway.
    """

    paint: Painter
    words: tuple[str, ...]
    plain: tuple[str, ...]
    liquid: bool = False


TERRAINS: dict[str, Terrain] = {
    "grass": Terrain(vegetation.grass, ("grass", "meadow", "grassland", "lawn"), ("green", "soft", "fresh")),
    "forest": Terrain(
        vegetation.forest, ("forest", "trees", "woods", "woodland", "tree canopy"), ("green", "dense")
    ),
    "flowers": Terrain(
        vegetation.flowers, ("flowers", "flower meadow", "blossoms", "wildflowers"), ("colourful", "blooming")
    ),
    "swamp": Terrain(vegetation.swamp, ("swamp", "marsh", "bog", "wetland"), ("murky", "green")),
    "dirt": Terrain(ground.dirt, ("dirt", "earth", "soil", "dirt road"), ("brown", "bare")),
    "snow": Terrain(ground.snow, ("snow", "snow field", "snowdrift"), ("white", "fresh", "deep")),
    "water": Terrain(
        water.water, ("water", "river", "lake", "shallow water", "pond"), ("blue", "clear"), liquid=True
    ),
    "deep_water": Terrain(
        water.deep_water, ("deep water", "ocean", "sea", "deep sea"), ("dark blue", "blue"), liquid=True
    ),
    "sand": Terrain(mineral.sand, ("sand", "beach", "dunes", "desert"), ("golden", "yellow", "soft")),
    "stone": Terrain(mineral.stone, ("stone", "rock", "rocks", "cliff"), ("grey", "rough")),
    "gravel": Terrain(mineral.gravel, ("gravel", "pebbles", "shingle"), ("grey", "loose", "small")),
    "cracked_clay": Terrain(
        mineral.cracked_clay, ("cracked clay", "clay", "cracked earth", "badlands"), ("ochre", "hard")
    ),
    "lava": Terrain(
        mineral.lava, ("lava", "magma", "molten rock"), ("glowing", "hot", "orange"), liquid=True
    ),
    "ice": Terrain(mineral.ice, ("ice", "frozen lake", "glacier"), ("pale blue", "cold", "frozen")),
    "cobblestone": Terrain(
        built.cobblestone,
        ("cobblestone path", "cobblestone", "path", "cobbled road", "road"),
        ("old", "grey", "worn"),
    ),
    "brick": Terrain(built.brick, ("brick", "brick wall", "bricks", "brick floor"), ("red", "old")),
    "planks": Terrain(
        built.planks, ("wooden planks", "planks", "wooden floor", "boards"), ("brown", "old", "worn")
    ),
    "stone_tiles": Terrain(
        built.stone_tiles, ("stone tiles", "dungeon floor", "paving slabs", "tiles"), ("square", "grey")
    ),
    "farmland": Terrain(
        built.farmland, ("farmland", "ploughed field", "furrows", "vegetable field"), ("ploughed", "brown")
    ),
    "wheat_field": Terrain(
        built.wheat_field, ("wheat field", "wheat", "corn field", "grain"), ("golden", "ripe")
    ),
}
NAMES = tuple(TERRAINS)
NOUNS = {noun: name for name, terrain in TERRAINS.items() for noun in terrain.words}
