"""Shards: seeded, resumable, and read back as they were painted."""

from pathlib import Path

import numpy as np
import pytest

from training.data.dataset import Kind, write_shard
from training.data.pictures import Pictures
from training.data.themes import COMMON as MOST_MAPS_HAVE
from training.data.themes import chosen_common
from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.level import anyhow, level
from training.terrain.scene import Patch

SINGLE = Kind("single", (32, 40), 3, stream=0)
SCENE = Kind("scene", (64, 56), 2, stream=1, layout=anyhow)
LEVEL = Kind("level", (64, 56), 2, stream=2, layout=level)
COMMON = Kind("common", (64, 56), 2, stream=4, layout=level, terrains=chosen_common)
DARK = Kind("dark", (32, 40), 3, stream=3, adjectives=("dark",))
KINDS = pytest.mark.parametrize("kind", [SINGLE, SCENE, LEVEL, COMMON, DARK], ids=lambda kind: kind.name)
SEVERAL = pytest.mark.parametrize("kind", [SCENE, LEVEL, COMMON], ids=lambda kind: kind.name)


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@KINDS
def test_a_killed_run_goes_on_with_the_same_shard(kind: Kind, tmp_path: Path) -> None:
    whole, killed = folder(tmp_path / "whole"), folder(tmp_path / "killed")
    expected = write_shard(whole, (kind, 4)).read_bytes()
    (killed / f"{kind.name}-0004.part.npz").write_bytes(expected[:1000])
    pictures = Pictures(killed)
    pictures.rescan()
    assert not pictures.images
    assert write_shard(killed, (kind, 4)).read_bytes() == expected
    assert [path.name for path in killed.iterdir()] == [f"{kind.name}-0004.npz"]


@KINDS
def test_shards_differ(kind: Kind, tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    for shard in range(2):
        write_shard(tmp_path, (kind, shard))
    pictures.rescan()
    assert len({image.tobytes() for image in pictures.images}) == 2 * kind.per_shard


def test_a_finished_shard_is_not_painted_again(tmp_path: Path) -> None:
    (tmp_path / "single-0000.npz").write_bytes(b"painted before")
    assert write_shard(tmp_path, (SINGLE, 0)).read_bytes() == b"painted before"


def test_single_terrains_take_turns(tmp_path: Path) -> None:
    write_shard(tmp_path, (SINGLE, 6))
    pictures = Pictures(tmp_path)
    pictures.rescan()
    assert [patch.terrain for (patch,) in pictures.patches] == [NAMES[i % len(NAMES)] for i in (18, 19, 20)]


def test_adjectives_that_are_not_left_to_chance_hold_for_every_terrain(tmp_path: Path) -> None:
    write_shard(tmp_path, (DARK, 6))
    pictures = Pictures(tmp_path)
    pictures.rescan()
    assert pictures.patches == [(Patch(NAMES[i % len(NAMES)], ("dark",)),) for i in (18, 19, 20)]


@SEVERAL
def test_a_scene_keeps_its_labels_at_latent_size(kind: Kind, tmp_path: Path) -> None:
    write_shard(tmp_path, (kind, 0))
    pictures = Pictures(tmp_path)
    pictures.rescan()
    assert [image.shape for image in pictures.images] == [(64, 56, 3)] * 2
    for labels, patches in zip(pictures.labels, pictures.patches, strict=True):
        assert labels.shape == (8, 7)
        assert labels.max() < len(patches)
        assert 2 <= len({patch.terrain for patch in patches}) == len(patches) <= 5


def test_pictures_take_in_what_is_painted_later_once(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path)
    for shard in range(2):
        write_shard(tmp_path, (SINGLE, shard))
        pictures.rescan()
        pictures.rescan()
        assert len(pictures.images) == len(pictures.labels) == len(pictures.patches) == 3 * (shard + 1)


def test_crops_are_cut_from_the_pictures(tmp_path: Path) -> None:
    write_shard(tmp_path, (SINGLE, 0))
    pictures = Pictures(tmp_path)
    pictures.rescan()
    batch = pictures.crops(np.random.default_rng(0), 5, 24)
    assert batch.shape == (5, 3, 24, 24)
    assert batch.min() >= -1
    assert batch.max() <= 1
    for crop in ((batch + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy():
        assert any(
            np.array_equal(image[top : top + 24, left : left + 24], crop)
            for image in pictures.images
            for top in range(32 - 24 + 1)
            for left in range(40 - 24 + 1)
        )


def test_common_scenes_are_of_what_most_maps_have_and_sometimes_dark(tmp_path: Path) -> None:
    for shard in range(12):
        write_shard(tmp_path, (COMMON, shard))
    pictures = Pictures(tmp_path)
    pictures.rescan()
    shown = [patch for patches in pictures.patches for patch in patches]
    assert {patch.terrain for patch in shown} <= set(MOST_MAPS_HAVE)
    assert any(patch.adjectives == ("dark",) for patch in shown)
    assert all("dark" not in patch.adjectives for patch in shown if "dark" in TERRAINS[patch.terrain].plain)
