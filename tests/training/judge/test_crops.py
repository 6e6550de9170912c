"""The judge learns from crops that are what they say."""

import json
from pathlib import Path

import numpy as np

from tilebake.paint.judge.cores import CELLS
from training.judge.crops import MARGIN, WINDOW, Gallery, Painted, draw, galleries, pure_crop
from training.terrain.scene import Patch

WHOLE = np.ones((CELLS, CELLS), np.float32)


def two_halves() -> Painted:
    labels = np.zeros((20, 20), np.uint8)
    labels[:, 10:] = 1
    image = np.repeat(np.repeat(labels, 8, axis=0), 8, axis=1)[..., None].repeat(3, axis=2) * 255
    return Painted(image, labels, (Patch("sand"), Patch("snow", ("dark",))))


def test_pure_crops_are_of_the_terrain_that_they_name() -> None:
    rng, picture = np.random.default_rng(0), two_halves()
    crops = [crop for crop in (pure_crop(rng, picture, WHOLE) for _ in range(200)) if crop is not None]
    assert 50 < len(crops) < 200
    for crop in crops:
        edge = MARGIN * 8
        inside = crop.window[edge:-edge, edge:-edge]
        assert crop.window.shape == (WINDOW, WINDOW, 3)
        assert (inside.mean() > 127) == (crop.patch.terrain == "snow")
        assert abs(inside.mean() / 255 - 0.5) >= 0.35 - 1e-6


def test_mixed_crops_can_be_asked_for() -> None:
    rng, picture = np.random.default_rng(0), two_halves()
    found = (pure_crop(rng, picture, WHOLE, (0.6, 0.85)) for _ in range(200))
    shares = [np.abs(crop.window[8:-8, 8:-8].mean() / 255 - 0.5) + 0.5 for crop in found if crop is not None]
    assert shares
    assert all(0.6 <= value <= 0.85 for value in shares)


def test_one_shard_in_ten_is_held_out(tmp_path: Path) -> None:
    picture = two_halves()
    patches = [{"terrain": "sand", "adjectives": []}, {"terrain": "snow", "adjectives": ["dark"]}]
    for shard in (0, 1, 9, 19):
        np.savez(
            tmp_path / f"scene-{shard:04d}.npz",
            images=picture.image[None],
            labels=picture.labels[None],
            patches=np.array(json.dumps([patches])),
        )
    learnt, held_out = galleries(tmp_path)
    assert (len(learnt.scenes), len(held_out.scenes)) == (2, 2)
    assert learnt.scenes[0].patches == picture.patches


def test_the_same_seed_draws_the_same_crops() -> None:
    gallery = Gallery(singles=[two_halves()], scenes=[two_halves()])
    first, second = (draw(np.random.default_rng(5), gallery, 8) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.window, other.window)
        assert one.patch == other.patch
