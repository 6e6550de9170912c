"""Scenes: what the labels call a place is what is painted there, and light comes from the upper left."""

import numpy as np
import pytest
from scipy import ndimage

from training.terrain.scene import Patch, anyhow, random_patch, scene, single
from training.terrain.surface import Surface, lit

PAIRS = [("snow", "forest"), ("deep_water", "sand"), ("lava", "ice"), ("brick", "grass")]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("seed", range(3))
def test_labels_say_which_terrain_stands_where(pair: tuple[str, str], seed: int) -> None:
    patches = Patch(pair[0]), Patch(pair[1])
    picture, labels = scene(np.random.default_rng(seed), (160, 144), patches, anyhow)
    alone = [single(np.random.default_rng(9), (160, 144), patch).mean(axis=(0, 1)) for patch in patches]
    assert labels.shape == picture.shape[:2]
    for label in np.unique(labels):
        core = np.asarray(ndimage.binary_erosion(labels == label, iterations=8), np.bool_)
        if core.sum() > 200:
            colour = picture[core].mean(axis=0)
            assert np.argmin([np.abs(colour - each).sum() for each in alone]) == label


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_a_scene_has_no_other_labels_than_its_patches(count: int) -> None:
    patches = tuple(random_patch(np.random.default_rng(i)) for i in range(count))
    picture, labels = scene(np.random.default_rng(5), (72, 96), patches, anyhow)
    assert picture.shape == (72, 96, 3)
    assert set(np.unique(labels)) <= set(range(count))


def test_random_patches_hold_no_contradictions() -> None:
    rng = np.random.default_rng(0)
    patches = [random_patch(rng) for _ in range(2000)]
    assert not [p for p in patches if {"dark", "bright"} <= set(p.adjectives)]
    assert not [p for p in patches if {"lush", "dry"} <= set(p.adjectives)]
    assert 0.45 < np.mean([not p.adjectives for p in patches]) < 0.55
    assert random_patch(rng, "ice").terrain == "ice"


def test_light_comes_from_the_upper_left() -> None:
    y, x = np.mgrid[-16:16, -16:16].astype(np.float32)
    mound = Surface(np.full((32, 32, 3), 0.5, np.float32), 8 * np.exp(-(x * x + y * y) / 60))
    picture = lit(mound).mean(axis=-1)
    assert picture[8:14, 8:14].mean() > picture[18:24, 18:24].mean() + 0.1


def test_what_glows_shines_where_no_light_falls() -> None:
    dark = np.zeros((8, 8, 3), np.float32)
    assert lit(Surface(dark, dark[..., 0])).max() == 0
    assert lit(Surface(dark, dark[..., 0], glow=dark + 0.5)).min() > 0.4
