"""The UNet's training: seeded batches, and a resumed run that ends as if never stopped."""

import io
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch

from training.data.latents import Latents
from training.learning_rate import cosine_rate, held_rate
from training.unet import shape
from training.unet.batches import CROPS, Crops, batch_at, drawn, shape_at
from training.unet.shape import TokenizerPair
from training.unet.train import Classroom, Plan
from training.unet.velocity import disturbance, velocity_loss

SMALL = (Crops(8, 2, early=0.5, late=0.5), Crops(12, 1, early=0.5, late=0.5))


def classroom(tokenizers: TokenizerPair) -> Classroom:
    torch.manual_seed(2)
    return Classroom(Plan(4, 8e-4, SMALL), tokenizers, latent_channels=8)


def learn(room: Classroom, data: Latents, first: int, last: int) -> None:
    for step in range(first, last):
        room.learn(batch_at(data, SMALL, step, room.plan.steps), step)


def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(
    tokenizers: TokenizerPair, fake_latents: Latents
) -> None:
    with torch.random.fork_rng():
        whole = classroom(tokenizers)
        learn(whole, fake_latents, 0, 1)
        kept = io.BytesIO()
        torch.save(whole.state(1), kept)
        learn(whole, fake_latents, 1, 2)
        expected = deepcopy(whole.state(2))
        resumed = classroom(tokenizers)
        kept.seek(0)
        assert resumed.restore(torch.load(kept, weights_only=True)) == 1
        learn(resumed, fake_latents, 1, 2)
    found = resumed.state(2)
    for kind in ("model", "average"):  # exactly: after two steps of warming up all weights are close
        torch.testing.assert_close(found[kind], expected[kind], rtol=0, atol=0)
    changed = [key for key, value in found["model"].items() if not torch.equal(value, found["average"][key])]
    assert len(changed) > 50


def test_a_batch_follows_from_its_step(fake_latents: Latents) -> None:
    for step in range(6):
        one, again = (batch_at(fake_latents, SMALL, step, 10) for _ in range(2))
        assert torch.equal(one.clean, again.clean)
        assert one.captions == again.captions
        assert tuple(one.clean.shape) == shape_at(SMALL, step, 10, channels=8)
        assert one.time_ids.shape == (len(one.captions), 6)
        assert torch.equal(one.time_ids[:, :2], one.time_ids[:, 4:])


def test_a_trained_model_is_where_training_may_begin(tokenizers: TokenizerPair, tmp_path: Path) -> None:
    first = classroom(tokenizers)
    for name in ("unet", "text_encoder", "text_encoder_2"):
        getattr(first.model, name).save_pretrained(tmp_path / name)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        found = Classroom(Plan(4, 8e-4, SMALL, onto=tmp_path), tokenizers, latent_channels=8)
    torch.testing.assert_close(found.model.state_dict(), first.model.state_dict())
    torch.testing.assert_close(found.average.state(), first.model.state_dict())
    learnt = {key.split(".")[0] for key, value in found.model.named_parameters() if value.requires_grad}
    assert learnt == {"unet"}


def test_words_that_are_not_trained_are_encoded_once(tokenizers: TokenizerPair) -> None:
    model = classroom(tokenizers).model
    read: list[int] = []
    model.text_encoder.register_forward_pre_hook(lambda _module, inputs: read.append(len(inputs[0])))
    trained = [model.encode(texts) for texts in (["ice"], ["ice", "dry grass", "ice"])]
    assert read == [1, 2]
    model.text_encoder.requires_grad_(False)
    model.text_encoder_2.requires_grad_(False)
    kept = [model.encode(texts) for texts in (["ice"], ["ice", "dry grass", "ice"])]
    assert read == [1, 2, 1, 1]
    torch.testing.assert_close(kept, [each.detach() for each in trained])


def test_some_captions_are_left_empty(fake_latents: Latents) -> None:
    every = [
        text
        for step in range(60)
        for text in batch_at(fake_latents, (Crops(8, 10, 1, 1),), step, 60).captions
    ]
    assert 0.06 < np.mean([not text for text in every]) < 0.14


@pytest.mark.parametrize(("progress", "share"), [(0.0, 0.10), (1.0, 0.25)])
def test_the_largest_crops_come_more_often_late(progress: float, share: float) -> None:
    rng = np.random.default_rng(0)
    largest = [drawn(rng, CROPS, progress) is CROPS[-1] for _ in range(2000)]
    assert np.mean(largest) == pytest.approx(share, abs=0.03)
    assert sum(each.early for each in CROPS) == pytest.approx(sum(each.late for each in CROPS))


def test_each_part_of_the_schedule_has_one_timestep() -> None:
    times = disturbance((8, 8, 4, 4)).time
    assert (times * 8).long().tolist() == list(range(8))


def test_a_model_that_predicts_the_velocity_has_no_loss(
    fake_latents: Latents, tokenizers: TokenizerPair
) -> None:
    """Literally: at timestep t, the velocity is sqrt(alpha) noise - sqrt(1 - alpha) clean."""
    alphas = shape.scheduler().alphas_cumprod
    batch, disturbed = batch_at(fake_latents, SMALL, 0, 10), disturbance(shape_at(SMALL, 0, 10, channels=8))
    room = classroom(tokenizers)
    with torch.no_grad():
        for parameter in room.model.unet.conv_out.parameters():
            parameter.zero_()  # it predicts nothing, so that its loss is the velocity's square
        found = velocity_loss(room.model, batch, disturbed, alphas)
    squares = [
        (alphas[int(t * 1000)].sqrt() * noise - (1 - alphas[int(t * 1000)]).sqrt() * clean).square().mean()
        for t, noise, clean in zip(*disturbed, batch.clean, strict=True)
    ]
    torch.testing.assert_close(found, torch.stack(squares).mean())


def test_the_schedule_ends_in_noise_that_drowns_a_large_map() -> None:
    scheduler = shape.scheduler()
    sigma = ((1 - scheduler.alphas_cumprod[-1]) / scheduler.alphas_cumprod[-1]).sqrt().item()
    assert 60 < sigma < 75
    assert scheduler.config["prediction_type"] == "v_prediction"
    assert scheduler.config["timestep_spacing"] == "trailing"


@pytest.mark.parametrize("rate", [cosine_rate, held_rate])
def test_rates_warm_up_and_fall(rate: Callable[[int, int, float], float]) -> None:
    at = [rate(step, 3000, 1.0) for step in (0, 99, 300, 2900, 2999)]
    assert at[0] <= 0.01
    assert max(at) <= 1.0
    assert at[2] > 0.9
    assert at[4] <= at[3] < 0.2
    assert at[4] > 0
