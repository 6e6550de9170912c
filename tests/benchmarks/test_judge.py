"""The judge knows procedural terrain that it has never seen, and learns from crops that are what they say."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks.cores import CELLS, diamond, picture_cores
from benchmarks.judge import WEIGHTS, Judge, load_judge, save_judge, verdicts
from tilebake.paint.tile_scale import CORE
from training.judge_crops import MARGIN, WINDOW, Gallery, Painted, draw, galleries, pure_crop
from training.terrain.catalog import NAMES
from training.terrain.scene import Patch, single

WHOLE = np.ones((CELLS, CELLS), np.float32)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load_judge()


@pytest.fixture(scope="module")
def pictures() -> dict[str, NDArray[np.uint8]]:
    rng = np.random.default_rng(2024)
    return {name: (single(rng, (192, 192), Patch(name)) * 255).astype(np.uint8) for name in NAMES}


def softened(picture: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))


@pytest.mark.parametrize("radius", [0, 1.2])
def test_fresh_textures_are_judged_right_crisp_and_soft(
    judge: Judge, pictures: dict[str, NDArray[np.uint8]], radius: float
) -> None:
    right = [
        found == name
        for name, picture in pictures.items()
        for found in verdicts(judge, picture_cores(softened(picture, radius)))
    ]
    assert len(right) == 9 * len(NAMES)
    assert np.mean(right) >= 0.97


def test_a_diamond_is_enough(judge: Judge, pictures: dict[str, NDArray[np.uint8]]) -> None:
    flat = diamond(CORE, CORE / 2)
    right = [
        found == name
        for name, picture in pictures.items()
        for found in verdicts(judge, picture_cores(picture), flat)
    ]
    assert np.mean(right) >= 0.95


def test_the_judge_fits_in_a_megabyte_and_knows_the_whole_catalogue(judge: Judge) -> None:
    assert WEIGHTS.stat().st_size <= 2**20
    assert judge.names == NAMES


def test_no_windows_have_no_verdicts(judge: Judge) -> None:
    assert verdicts(judge, np.empty((0, CORE, CORE, 3), np.uint8)).shape == (0,)


def test_a_saved_judge_comes_back_in_half_precision(tmp_path: Path) -> None:
    judge = Judge(("sand", "snow"))
    save_judge(judge, tmp_path / "judge.safetensors", {"steps": "0"})
    loaded = load_judge(tmp_path / "judge.safetensors")
    assert loaded.names == ("sand", "snow")
    for name, value in loaded.state_dict().items():
        torch.testing.assert_close(value, judge.state_dict()[name].half().float(), rtol=0, atol=0)


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
