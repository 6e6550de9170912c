"""The UNet's training: seeded batches, and a resumed run that ends as if never stopped."""

from multiprocessing import Barrier
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training import checkpoint
from training.data.latents import Latents
from training.memory_format import channels_last
from training.text.reader import Reader
from training.unet import shape
from training.unet.batches import CROPS, Batch, Crops, batch_at, drawn
from training.unet.data_parallel import Member, Team
from training.unet.train import Plan, Schooling
from training.unet.velocity import errors, times

SMALL = (Crops(8, 2, early=0.5, late=0.5), Crops(12, 2, early=0.5, late=0.5))
PLAN = Plan(steps=4, ranks=1, rate=1e-3, attention=0.05, crops=SMALL)


def batch(data: Latents, seed: int, *, placed: bool) -> Batch:
    return batch_at(data, Crops(16, 4, 1, 1), np.random.default_rng(seed), placed=placed)


def school(data: Latents, reader: Reader, path: Path) -> Schooling:
    with torch.random.fork_rng():
        torch.manual_seed(2)
        unet = channels_last(shape.unet(8))
    return Schooling(PLAN, unet, Team(unet, 1), data, reader, Barrier(1), path)


def learn(room: Schooling, first: int, last: int) -> dict[str, Any]:
    member = Member(room.team, 0, room.barrier)
    with torch.random.fork_rng():
        for step, batch in zip(range(first, last), room.batches(0, first), strict=False):
            room.learn(member, step, batch)
    return room.state(last)


def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(
    fake_latents: Latents, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "unet.pt"
    whole = school(fake_latents, reader, path)
    checkpoint.save(path, learn(whole, 0, 1))
    expected = learn(whole, 1, 3)
    resumed, kept = school(fake_latents, reader, path), checkpoint.load(path)
    resumed.unet.load_state_dict(kept["model"])
    resumed.team.restore(kept)
    found = learn(resumed, kept["step"], 3)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    changed = [n for n, value in found["average"].items() if not torch.equal(value, found["model"][n])]
    assert len(changed) > 50


@pytest.mark.parametrize("placed", [True, False])
def test_a_batch_follows_from_its_generator(fake_latents: Latents, placed: bool) -> None:
    one, again = (batch(fake_latents, 1, placed=placed) for _ in range(2))
    assert torch.equal(one.clean, again.clean)
    assert one.prompts == again.prompts
    assert one.clean.shape == (4, 8, 16, 16)
    assert torch.equal(one.time_ids[:, :2], one.time_ids[:, 4:])
    torch.testing.assert_close(one.weights.sum(dim=1), torch.ones(4, 16, 16))
    assert {len(each) for each in one.prompts} == {one.weights.shape[1]}


def test_some_prompts_are_left_empty(fake_latents: Latents) -> None:
    every = [p for seed in range(150) for (p,) in batch(fake_latents, seed, placed=False).prompts]
    assert 0.06 < np.mean([not text for text in every]) < 0.14


@pytest.mark.parametrize(("progress", "share"), [(0.0, 0.05), (1.0, 0.25)])
def test_the_largest_crops_come_more_often_late(progress: float, share: float) -> None:
    rng = np.random.default_rng(0)
    largest = [drawn(rng, CROPS, progress) is CROPS[-1] for _ in range(2000)]
    assert np.mean(largest) == pytest.approx(share, abs=0.03)
    assert sum(each.early for each in CROPS) == pytest.approx(sum(each.late for each in CROPS))


def test_each_part_of_the_schedule_has_one_time() -> None:
    assert (times(8) * 8).long().tolist() == list(range(8))


@pytest.mark.parametrize("placed", [True, False])
def test_a_model_that_predicts_nothing_errs_by_the_whole_velocity(
    fake_latents: Latents, reader: Reader, placed: bool
) -> None:
    """Literally: at timestep t, the velocity is sqrt(alpha) noise - sqrt(1 - alpha) clean."""
    alphas, shown = shape.scheduler().alphas_cumprod, batch(fake_latents, 1, placed=placed)
    noise, timestep = torch.randn_like(shown.clean), torch.tensor([10, 300, 600, 990])
    with torch.no_grad():
        unet = shape.unet(8)
        torch.nn.init.zeros_(unet.get_parameter("conv_out.bias"))
        found = errors(unet, reader, shown, timestep, noise, alphas)
    squares = [
        (alphas[t].sqrt() * noisy - (1 - alphas[t]).sqrt() * clean).square().mean()
        for t, noisy, clean in zip(timestep, noise, shown.clean, strict=True)
    ]
    torch.testing.assert_close(found.velocity, torch.stack(squares))


def test_the_schedule_ends_in_noise_that_drowns_a_large_map() -> None:
    scheduler = shape.scheduler()
    sigma = ((1 - scheduler.alphas_cumprod[-1]) / scheduler.alphas_cumprod[-1]).sqrt().item()
    assert 60 < sigma < 75
    assert scheduler.config["prediction_type"] == "v_prediction"
    assert scheduler.config["timestep_spacing"] == "trailing"


def test_rates_warm_up_hold_and_fall() -> None:
    plan = Plan(steps=3000, ranks=1, rate=1.0, attention=0.0)
    at = [plan.rates(step).matrices for step in (0, 24, 2000, 2900, 2999)]
    assert at[0] == pytest.approx(0.04)
    assert at[1] == at[2] == 1.0
    assert 0 < at[4] <= at[3] < 0.2
