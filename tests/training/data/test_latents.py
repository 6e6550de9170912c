"""Latents: crops with a caption of what is to be seen in them, and a file to keep them in."""

from pathlib import Path

import numpy as np
import pytest
import torch

from training.autoencoder.shape import posterior, untrained
from training.data import latents
from training.data.latents import Latents, encoded, normalised
from training.data.pictures import Pictures, tensor
from training.terrain.catalog import TERRAINS
from training.terrain.scene import Patch


def names(data: Latents, side: int, seed: int) -> tuple[bool, bool]:
    """Whether a crop of a scene is said to show grass and lava."""
    _, text = data.crop(np.random.default_rng(seed), 2, side, side)
    grass, lava = (any(word in text for word in TERRAINS[name].words) for name in ("grass", "lava"))
    return grass, lava


def test_a_crop_is_captioned_by_what_is_seen_in_it(fake_latents: Latents) -> None:
    # 39 of 40 columns hold at least one of lava's two: 2.6 % or 5.1 %, and only the latter counts
    for seed in range(40):
        rng = np.random.default_rng(seed)
        _, left = (int(rng.integers(40 - 39 + 1)) for _ in range(2))
        grass, lava = names(fake_latents, 39, seed)
        assert grass or not lava
        assert not lava or left == 1


def test_a_terrain_out_of_sight_is_not_named(fake_latents: Latents) -> None:
    narrow = Latents(
        [each[:, :, :38] for each in fake_latents.latents],
        [each[:, :38] for each in fake_latents.labels],
        fake_latents.patches,
        fake_latents.mean,
        fake_latents.std,
    )
    assert not any(names(narrow, 16, seed)[1] for seed in range(40))


def test_a_crop_is_cut_from_its_picture(fake_latents: Latents) -> None:
    crop, _ = fake_latents.crop(np.random.default_rng(0), 1, 12, 20)
    assert crop.shape == (8, 12, 20)
    windows = fake_latents.latents[1].unfold(1, 12, 1).unfold(2, 20, 1)
    assert (windows == crop[:, None, None]).all(dim=-1).all(dim=-1).all(dim=0).any()


def test_singles_and_scenes_are_told_apart(fake_latents: Latents) -> None:
    assert fake_latents.singles.tolist() == [0, 1]
    assert fake_latents.scenes.tolist() == [2, 3]


def test_latents_are_read_as_they_were_written(fake_latents: Latents, tmp_path: Path) -> None:
    latents.write(tmp_path / "latents.pt", fake_latents)
    found = latents.read(tmp_path / "latents.pt")
    torch.testing.assert_close(found.latents, fake_latents.latents)
    np.testing.assert_array_equal(np.stack(found.labels), np.stack(fake_latents.labels))
    assert (found.patches, found.mean, found.std) == (
        fake_latents.patches,
        fake_latents.mean,
        fake_latents.std,
    )


def test_each_channel_is_brought_to_mean_0_and_deviation_1() -> None:
    generator = torch.Generator().manual_seed(0)
    spread = torch.arange(1, 9).view(8, 1, 1)
    raw = [torch.randn(8, 32, 32, generator=generator) * spread + 3 for _ in range(4)]
    pictures = Pictures(Path(), labels=[np.zeros((32, 32), np.uint8)] * 4, patches=[(Patch("ice"),)] * 4)
    data = normalised(raw, pictures)
    every = torch.stack(data.latents).float()
    torch.testing.assert_close(every.mean(dim=(0, 2, 3)), torch.zeros(8), rtol=0, atol=0.1)
    torch.testing.assert_close(every.std(dim=(0, 2, 3)), torch.ones(8), rtol=0, atol=0.1)
    back = data.latents[0].float() * torch.tensor(data.std).view(8, 1, 1)
    back += torch.tensor(data.mean).view(8, 1, 1)
    torch.testing.assert_close(back, raw[0], rtol=2e-3, atol=2e-2)


@torch.no_grad()
def test_every_picture_is_encoded_in_its_turn() -> None:
    vae, rng = untrained(), np.random.default_rng(0)
    images = [rng.integers(0, 256, (32, 24, 3), np.uint8) for _ in range(12)]
    found = encoded(vae, images)
    assert len(found) == 12
    expected = posterior(vae, tensor(images[11][None])).mean[0]
    torch.testing.assert_close(found[11], expected, rtol=0.05, atol=0.05)  # found in bfloat16


@pytest.mark.parametrize("side", [40, 30])
def test_a_crop_of_one_terrain_always_names_it(fake_latents: Latents, side: int) -> None:
    for seed in range(20):
        _, text = fake_latents.crop(np.random.default_rng(seed), 0, side, side)
        assert any(word in text for word in TERRAINS["grass"].words)
