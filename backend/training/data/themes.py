"""Terrains that stand together in a level, as a designer would choose them."""

import numpy as np

from training.terrain.catalog import NAMES

_NAMES = {
    "countryside": "houses grass forest water dirt cobblestone flowers farmland wheat_field hedge",
    "highlands": "grass hills mountains stone pine_forest rapids waterfall cliff gravel",
    "coast": "sand shallows water deep_water palms coral grass bridge cliff",
    "swamp": "swamp reeds mud moss water dead_forest forest_floor mushrooms bridge slime",
    "jungle": "jungle palms bamboo stairs sandstone water moss waterfall mud flowers rubble",
    "winter": "snow ice ice_floes pine_forest deep_water stone mountains dead_forest",
    "desert": "sand cracked_clay sandstone palms rubble bones cacti cliff gravel mosaic",
    "volcano": "lava fire ash basalt stone cracked_clay crystal rubble abyss dead_forest",
    "cave": "cave_floor cave_wall abyss crystal water mushrooms cobweb rails gravel",
    "dungeon": "stone_tiles castle_wall bones cobweb slime treasure lava carpet abyss",
    "castle": "castle_wall marble stairs carpet stone_tiles water grass roof_tiles treasure hedge",
    "village": "cobblestone grass dirt thatch roof_tiles planks palisade farmland brick houses crates",
    "town": "asphalt brick roof_tiles grass hedge stone_tiles rails marble mosaic",
    "sky": "clouds grass stone sandstone marble water castle_wall crystal bridge",
    "starship": "space panels metal_plates abyss crystal rubble stone",
    "works": "crates metal_plates panels asphalt slime rails brick gravel abyss rubble",
    "graveyard": "graves dead_forest forest_floor bones moss cobblestone mud cobweb castle_wall grass",
}
_COMMON = """
    grass forest water deep_water sand cobblestone stone dirt snow ice swamp flowers gravel stone_tiles planks
    brick lava farmland wheat_field cracked_clay
"""
COMMON = tuple(_COMMON.split())  # what most maps are made of, the likeliest first
THEMES = {theme: tuple(names.split()) for theme, names in _NAMES.items()}


def chosen_common(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """So many different terrains of those that most maps have."""
    weights = 1 / (4.0 + np.arange(len(COMMON)))
    drawn = rng.choice(COMMON, count, replace=False, p=weights / weights.sum())
    return tuple(str(name) for name in drawn)


def chosen(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """So many different terrains: of one theme, or of all there are, half the time each."""
    names = NAMES if rng.random() < 0.5 else THEMES[str(rng.choice(list(THEMES)))]
    return tuple(str(name) for name in rng.permutation(names)[:count])
