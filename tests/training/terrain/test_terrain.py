"""Every terrain is itself: the same for a seed, unlike the others, and changed by every adjective."""

from itertools import combinations

import numpy as np
import pytest

from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.fields import Picture, Shape
from training.terrain.look import ADJECTIVES
from training.terrain.scene import Patch, single

SHAPE = (40, 72)


def painted(name: str, *adjectives: str, seed: int = 3, shape: Shape = SHAPE) -> Picture:
    return single(np.random.default_rng(seed), shape, Patch(name, adjectives))


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return {name: painted(name) for name in NAMES}


def test_there_are_terrains_and_adjectives_enough() -> None:
    assert len(NAMES) >= 60
    assert len(ADJECTIVES) >= 20
    assert all(len(terrain.words) >= 6 for terrain in TERRAINS.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_terrain_follows_from_its_seed(name: str, pictures: dict[str, Picture]) -> None:
    np.testing.assert_array_equal(painted(name), pictures[name])
    assert np.abs(painted(name, seed=4) - pictures[name]).mean() > 0.02


@pytest.mark.parametrize("name", NAMES)
def test_a_terrain_is_a_picture_with_something_in_it(name: str, pictures: dict[str, Picture]) -> None:
    picture = pictures[name]
    assert picture.shape == (*SHAPE, 3)
    assert picture.dtype == np.float32
    assert picture.min() >= 0
    assert picture.max() <= 1
    assert picture.std(axis=(0, 1)).max() > 0.02


@pytest.mark.parametrize("name", NAMES)
def test_a_surface_has_relief_and_light_of_every_shape(name: str) -> None:
    surface = Patch(name).surface(np.random.default_rng(1), SHAPE)
    assert surface.albedo.shape == (*SHAPE, 3)
    assert surface.height.shape == SHAPE
    assert np.isfinite(surface.height).all()
    assert np.ptp(surface.height) > 0.5


def test_no_two_terrains_look_alike(pictures: dict[str, Picture]) -> None:
    alike = [
        (one, other)
        for one, other in combinations(NAMES, 2)
        if np.abs(pictures[one] - pictures[other]).mean() < 0.05
    ]
    assert not alike


@pytest.mark.parametrize("name", NAMES)
def test_every_adjective_changes_the_picture(name: str) -> None:
    """But for those that say what it looks like anyway. A third of them for each terrain, in turn."""
    plain = painted(name, shape=(72, 96))
    third = ADJECTIVES[NAMES.index(name) % 3 :: 3]
    adjectives = [word for word in third if word not in TERRAINS[name].plain]
    changes = {word: np.abs(painted(name, word, shape=(72, 96)) - plain).mean() for word in adjectives}
    assert min(changes.values()) > 0.008, changes
