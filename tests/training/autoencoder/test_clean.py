"""The decoder's lesson in cleaning: its pairs, its losses, its critic and its training."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from tilebake.models.reference import EMBEDDED
from tilebake.models.words.model_words import WORDS_NAME, ModelWords, read_words
from training import checkpoint
from training.autoencoder.clean import CLEAN, KEPT, Cleaning, Pairs, train
from training.autoencoder.likeness import BANDS, broad_error, detail_error, loudness_error
from training.autoencoder.losses import detail_loss
from training.autoencoder.place_critic import PlaceCritic, praise, teach, unlike
from training.autoencoder.repaint import ADJECTIVES, FIRST, KNOWN, blend, patch, phrase, terrains
from training.autoencoder.shape import untrained
from training.autoencoder.start import start
from training.terrain.catalog import NAMES


@pytest.fixture(scope="module")
def words() -> ModelWords:
    read = read_words(EMBEDDED / WORDS_NAME)
    assert read is not None
    return read


@pytest.fixture
def pictures() -> Tensor:
    """Two pictures [2, 3, 64, 64], coarse and fine."""
    generator = torch.Generator().manual_seed(3)
    coarse, fine = torch.rand(1, 3, 8, 8, generator=generator), torch.rand(1, 3, 64, 64, generator=generator)
    return torch.cat([interpolate(coarse, scale_factor=8), fine]) * 2 - 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pairs on disk, of the first shards: the first is held out."""
    generator = torch.Generator().manual_seed(4)
    for shard in range(2):
        latents = torch.randn(2, 8, 12, 12, generator=generator).half()
        pair = {
            "image": torch.randint(256, (3, 96, 96), generator=generator, dtype=torch.uint8),
            "labels": torch.full((12, 12), shard, dtype=torch.uint8),
            "clean": latents[0],
            "repainted": latents[1],
            "first": torch.tensor(5),
        }
        checkpoint.save(tmp_path / f"{shard:04d}.pt", {"pairs": [pair]})
    return tmp_path


def test_the_known_terrains_are_those_that_the_shipped_model_says_it_knows(words: ModelWords) -> None:
    assert list(words.terrains) == list(NAMES[:KNOWN])


def test_terrains_are_asked_for_in_words_that_the_shipped_model_knows(words: ModelWords) -> None:
    rng = np.random.default_rng(0)
    known = {*words.adjectives, *(noun for terrain in words.terrains.values() for noun in terrain.nouns)}
    for name in [each for _ in range(10) for each in terrains(rng, 4)]:
        asked = patch(rng, name)
        assert set(asked.adjectives) <= set(ADJECTIVES)
        said = phrase(rng, asked, words)
        assert any(said.endswith(noun) for noun in words.terrains[name].nouns)
        assert all(any(word in each.split() for each in known) for word in said.split())


def test_prompts_are_read_where_their_terrain_is() -> None:
    labels = np.repeat([[0, 0, 0, 0, 1, 1, 1, 1]], 8, axis=0)
    blending = blend(np.random.default_rng(0), labels, ["grass", "water"], steps=10)
    masks = blending.regions[1.0].masks
    np.testing.assert_allclose(masks.sum(axis=0), 1, rtol=1e-5)
    assert (masks.argmax(axis=0) == labels).all()
    assert len(blending.steps) == 10


def test_every_first_step_has_a_weight_for_pixels_and_less_the_earlier_it_is() -> None:
    assert {*FIRST, CLEAN} == {*KEPT}
    assert sum(FIRST.values()) == pytest.approx(1)
    in_order = [KEPT[first] for first in sorted(KEPT)]
    assert all(len(each) == BANDS for each in in_order)
    for one, other in pairwise(in_order):
        assert all(a <= b for a, b in zip(one, other, strict=True))


def test_the_errors_of_all_scales_are_the_loss_of_the_whole_autoencoder(pictures: Tensor) -> None:
    error = detail_error(pictures * 0.5, pictures)
    assert error.shape == (2, BANDS)
    torch.testing.assert_close(error.sum(dim=1).mean(), detail_loss(pictures * 0.5, pictures, 1.0))


def test_texture_elsewhere_is_as_loud_and_of_the_same_colour_though_no_pixel_is_right(
    pictures: Tensor,
) -> None:
    moved = pictures.roll((32, 32), dims=(2, 3))[1:]
    painted, blurred = pictures[1:], pictures[1:].mean(dim=(2, 3), keepdim=True).expand(1, 3, 64, 64)
    assert detail_error(moved, painted).sum() > detail_error(blurred, painted).sum()
    assert loudness_error(moved, painted) < 0.1 < 1 < loudness_error(blurred, painted)
    assert broad_error(moved, painted) < 0.1 < broad_error(painted + 0.5, painted)


def test_twice_as_loud_is_an_error_of_log_2(pictures: Tensor) -> None:
    # but for what is too faint to be seen
    torch.testing.assert_close(
        loudness_error(2 * pictures[1:], pictures[1:]), torch.tensor([np.log(2)]).float(), atol=0.1, rtol=0
    )


def test_the_critic_of_places_learns_what_a_terrain_looks_like(pictures: Tensor) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        critic = PlaceCritic(2, width=8)
    labels = torch.tensor([0, 1])[:, None, None].expand(2, 8, 8)
    optimiser = torch.optim.AdamW(critic.parameters(), lr=1e-2)
    exchanged = pictures.flip(0)  # each is a fine picture, of the other terrain
    losses = [float(teach(critic, optimiser, exchanged, pictures, labels)) for _ in range(25)]
    assert losses[-1] < 0.8 * losses[0]
    assert (praise(critic(pictures, labels)[0]) > praise(critic(exchanged, labels)[0])).all()


def test_features_of_texture_elsewhere_are_alike_when_they_are_pooled(pictures: Tensor) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        critic = PlaceCritic(2, width=8)
    labels = torch.zeros(1, 8, 8, dtype=torch.long)
    moved = pictures.roll((32, 32), dims=(2, 3))[1:]
    ours, theirs = critic(moved, labels)[1], critic(pictures[1:], labels)[1]
    assert unlike(ours, theirs, 8) < unlike(ours, theirs, 1)
    assert float(unlike(ours, ours, 8).detach()) == 0


def test_one_crop_in_four_is_a_pictures_own(folder: Path) -> None:
    pairs = Pairs(folder)
    pairs.rescan()
    pairs.rescan()
    assert len(pairs.pairs) == 1
    crops = pairs.crops(np.random.default_rng(0), 4, 4)
    assert crops.latents.shape == (4, 8, 4, 4)
    assert crops.painted.shape == (4, 3, 32, 32)
    assert crops.own.tolist() == [1, 0, 0, 0]
    assert crops.labels.unique().tolist() == [1]
    torch.testing.assert_close(crops.kept, torch.tensor([KEPT[CLEAN], *[KEPT[5]] * 3]))


def test_cleaning_moves_the_decoder_alone_and_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        vae = untrained()
        start(vae)
        before = {key: value.clone() for key, value in vae.state_dict().items()}
        train(Cleaning(vae, 1e-3, steps=1), folder, tmp_path, batch=4, side=4)
        again = Cleaning(untrained(), 1e-3, steps=1)
    assert again.restore(checkpoint.load(tmp_path / "clean.pt")) == 1
    changed = {key for key, value in again.vae.state_dict().items() if not torch.equal(value, before[key])}
    assert changed
    assert all(key.startswith(("decoder.", "post_quant_conv.")) for key in changed)
    assert (tmp_path / "clean-1.png").stat().st_size > 0
