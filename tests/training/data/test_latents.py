"""Latents: crops with a caption of what is to be seen in them, and a file to keep them in."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training import checkpoint
from training.autoencoder.shape import posterior, untrained
from training.data import latents
from training.data.latents import Latents, encode_shard, encoded
from training.data.pictures import tensor
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


def test_pictures_of_what_most_maps_have_are_told_apart(fake_latents: Latents) -> None:
    rare = (Patch("grass"), Patch("cobweb"))
    some = replace(fake_latents, patches=[*fake_latents.patches[:3], rare])
    assert (some.common_singles.tolist(), some.common_scenes.tolist()) == ([0, 1], [2])


def test_latents_are_read_as_they_were_written(fake_latents: Latents, tmp_path: Path) -> None:
    for number in (1, 19):
        latents.write(tmp_path / f"scene-{number:04d}.pt", fake_latents, finished=True)
    found = latents.read(tmp_path)
    torch.testing.assert_close(found.latents, fake_latents.latents * 2)
    np.testing.assert_array_equal(np.stack(found.labels), np.stack(fake_latents.labels * 2))
    assert (found.patches, found.mean, found.std) == (fake_latents.patches * 2, [0.0] * 8, [1.0] * 8)


def test_the_same_pictures_are_kept_for_probes_whatever_comes_later(
    fake_latents: Latents, tmp_path: Path
) -> None:
    latents.write(tmp_path / "scene-0019.pt", fake_latents, finished=True)
    assert latents.read(tmp_path).held_out == [False, True, False, False]
    latents.write(tmp_path / "level-0001.pt", fake_latents, finished=True)
    data = latents.read(tmp_path)
    assert data.held_out == [False] * 5 + [True, False, False]
    learnt, kept = data.part(held_out=False), data.part(held_out=True)
    assert (len(learnt.latents), len(kept.latents)) == (7, 1)
    assert torch.equal(kept.latents[0], fake_latents.latents[1])


def test_each_channel_is_brought_to_mean_0_and_deviation_1(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    spread = torch.arange(1, 9).view(8, 1, 1)
    raw = [(torch.randn(8, 32, 32, generator=generator) * spread + 3).half() for _ in range(4)]
    plain = [np.zeros((32, 32), np.uint8)] * 4
    latents.write(
        tmp_path / "single-0000.pt", Latents(raw, plain, [(Patch("ice"),)] * 4, [], []), finished=False
    )
    data = latents.read(tmp_path)
    every = torch.stack(data.latents).float()
    torch.testing.assert_close(every.mean(dim=(0, 2, 3)), torch.zeros(8), rtol=0, atol=0.1)
    torch.testing.assert_close(every.std(dim=(0, 2, 3)), torch.ones(8), rtol=0, atol=0.1)
    back = data.latents[0].float() * torch.tensor(data.std).view(8, 1, 1)
    back += torch.tensor(data.mean).view(8, 1, 1)
    torch.testing.assert_close(back, raw[0].float(), rtol=2e-3, atol=2e-2)


def test_every_shard_is_encoded_once(tmp_path: Path) -> None:
    shard = tmp_path / "data" / "single-0000.npz"
    shard.parent.mkdir()
    patches = json.dumps([[{"terrain": "ice", "adjectives": ["dark"]}]] * 2)
    images, labels = np.zeros((2, 32, 32, 3), np.uint8), np.zeros((2, 4, 4), np.uint8)
    np.savez(shard, images=images, labels=labels, patches=np.array(patches))
    checkpoint.save(tmp_path / "whole.pt", {"average": untrained().state_dict()})
    path = encode_shard(tmp_path / "whole.pt", tmp_path, shard)
    written = path.stat().st_mtime_ns
    assert encode_shard(tmp_path / "whole.pt", tmp_path, shard).stat().st_mtime_ns == written
    assert torch.load(path, weights_only=True)["patches"] == [[["ice", ["dark"]]]] * 2


@torch.no_grad()
def test_every_picture_is_encoded_in_its_turn() -> None:
    vae, rng = untrained(), np.random.default_rng(0)
    images = [rng.integers(0, 256, (32, 24, 3), np.uint8) for _ in range(12)]
    found = encoded(vae, images)
    assert len(found) == 12
    expected = posterior(vae, tensor(images[11][None])).mean[0].half()
    torch.testing.assert_close(found[11], expected, rtol=0.05, atol=0.05)  # found in bfloat16


@pytest.mark.parametrize("side", [40, 30])
def test_a_crop_of_one_terrain_always_names_it(fake_latents: Latents, side: int) -> None:
    for seed in range(20):
        _, text = fake_latents.crop(np.random.default_rng(seed), 0, side, side)
        assert any(word in text for word in TERRAINS["grass"].words)
