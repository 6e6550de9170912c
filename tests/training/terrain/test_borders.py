"""Borders: a beach at the water, tufts over a path, shadows of walls, and nothing far from any border."""

import numpy as np
import pytest

from training.terrain.borders import blended, bordered, shares
from training.terrain.catalog import TERRAINS
from training.terrain.fields import Labels, Picture
from training.terrain.scene import Patch
from training.terrain.surface import Surface

SHAPE = (96, 128)


def halves() -> Labels:
    labels = np.zeros(SHAPE, np.int64)
    labels[:, SHAPE[1] // 2 :] = 1
    return labels


def met(left: str, right: str) -> tuple[Picture, Picture, Surface]:
    """Albedo before and after borders are painted, and the bordered ground."""
    rng = np.random.default_rng(4)
    surfaces = [Patch(name).surface(rng, SHAPE) for name in (left, right)]
    share = shares(rng, halves(), surfaces, 64)
    before = blended(surfaces, share)
    after = bordered(rng, before, share, [TERRAINS[left], TERRAINS[right]])
    return before.albedo, after.albedo, after


@pytest.mark.parametrize(
    "pair", [("grass", "water"), ("lava", "stone"), ("dirt", "grass"), ("castle_wall", "sand")]
)
def test_only_what_lies_near_a_border_is_changed(pair: tuple[str, str]) -> None:
    before, after, _ = met(*pair)
    changed = np.abs(after - before).max(axis=-1)
    assert changed[:, 44:84].max() > 0.1
    assert changed[:, :16].max() < 0.02
    assert changed[:, -16:].max() < 0.02


def test_soft_ground_has_a_beach_and_rock_has_none() -> None:
    def beach(ground: str) -> float:
        before, after, _ = met(ground, "water")
        return float((after - before)[:, 50:62, 0].max(axis=1).mean())

    assert beach("forest") > beach("basalt") + 0.1


def test_a_wall_throws_its_shadow_to_the_right_and_none_to_the_left() -> None:
    before, after, _ = met("castle_wall", "sand")
    right = (after / np.maximum(before, 0.01))[:, 68:74].mean()
    before, after, _ = met("sand", "castle_wall")
    left = (after / np.maximum(before, 0.01))[:, 54:60].mean()
    assert right < 0.85
    assert left > 0.95


def test_lava_lights_the_ground_beside_it() -> None:
    _, _, ground = met("stone", "lava")
    assert isinstance(ground.glow, np.ndarray)
    assert ground.glow[:, 56:60, 0].mean() > 0.05 > ground.glow[:, :16, 0].mean()
