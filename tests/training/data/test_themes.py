"""Levels are made of terrains that belong together, or of any."""

import numpy as np

from training.data.themes import COMMON, THEMES, chosen, chosen_common
from training.terrain.catalog import NAMES


def test_every_terrain_has_a_theme_and_every_theme_terrains_enough() -> None:
    assert {name for names in THEMES.values() for name in names} == set(NAMES)
    assert all(len(names) == len(set(names)) >= 5 for names in THEMES.values())


def test_half_of_what_is_chosen_is_of_one_theme() -> None:
    rng = np.random.default_rng(0)
    choices = [chosen(rng, 4) for _ in range(400)]
    assert all(len(set(each)) == 4 for each in choices)
    themed = [any(set(each) <= set(names) for names in THEMES.values()) for each in choices]
    assert 0.4 < np.mean(themed) < 0.6


def test_most_maps_have_grass_and_water_before_all() -> None:
    rng = np.random.default_rng(0)
    choices = [chosen_common(rng, 3) for _ in range(300)]
    assert all(len(set(each)) == 3 for each in choices)
    assert {name for each in choices for name in each} == set(COMMON) < set(NAMES)
    assert sum("grass" in each for each in choices) > sum(COMMON[-1] in each for each in choices)
