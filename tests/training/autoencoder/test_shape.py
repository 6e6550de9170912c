"""The autoencoder: its start, what it is trained to keep, and the two phases of its training."""

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from training import checkpoint
from training.autoencoder.critic import Critic, critic_loss, teach
from training.autoencoder.losses import detail_loss
from training.autoencoder.shape import decode, finished, posterior, untrained
from training.autoencoder.start import start
from training.autoencoder.train import Plan, train
from training.data.dataset import Kind, write_shard
from training.data.pictures import Pictures


@pytest.fixture(scope="module")
def fresh() -> AutoencoderKL:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        vae = untrained()
        start(vae)
    return vae


@pytest.fixture(scope="module")
def patches() -> Tensor:
    """Pictures [2, 3, 64, 64] of flat patches, 16 pixels wide, each of its own colour."""
    colours = torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return interpolate(colours, scale_factor=16)


def correlation(one: Tensor, other: Tensor) -> float:
    return torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1].item()


@torch.no_grad()
def test_a_fresh_autoencoder_keeps_colours_in_its_first_latents(
    fresh: AutoencoderKL, patches: Tensor
) -> None:
    latents = posterior(fresh, patches).mean
    assert latents.shape == (2, 8, 8, 8)
    for channel in range(3):
        assert correlation(latents[:, channel], avg_pool2d(patches, 8)[:, channel]) > 0.9


@torch.no_grad()
def test_a_fresh_autoencoder_passes_the_mean_colour_through(fresh: AutoencoderKL, patches: Tensor) -> None:
    decoded = decode(fresh, posterior(fresh, patches).mean)
    assert decoded.shape == patches.shape
    for channel in range(3):
        assert correlation(decoded[:, channel], patches[:, channel]) > 0.9


def test_the_finished_autoencoder_has_latents_of_mean_0_and_deviation_1(fresh: AutoencoderKL) -> None:
    vae = finished(fresh.state_dict(), [0.5] * 8, [2.0] * 8)
    pictures = torch.rand(1, 3, 16, 16) * 2 - 1
    raw, brought = posterior(fresh, pictures), posterior(vae, pictures)
    torch.testing.assert_close(brought.mean, (raw.mean - 0.5) / 2)
    torch.testing.assert_close(brought.std, raw.std / 2)
    torch.testing.assert_close(decode(vae, brought.mean), decode(fresh, raw.mean))
    assert vae.config["scaling_factor"] == 1.0


def test_an_even_error_costs_the_same_with_any_weight_of_detail() -> None:
    painted = torch.rand(1, 3, 32, 32)
    for detail in (0.0, 1.0):
        # at each of four scales 4 x squared + absolute error, and no error in the differences
        expected = torch.tensor(4 * (4 * 0.1**2 + 0.1))
        torch.testing.assert_close(
            detail_loss(painted + 0.1, painted, detail), expected, rtol=1e-4, atol=1e-5
        )


def test_lost_detail_costs_more_the_more_it_weighs() -> None:
    painted = torch.rand(1, 3, 32, 32)
    flat = painted.mean(dim=(2, 3), keepdim=True).expand_as(painted)
    blind, half, full = (detail_loss(flat, painted, detail).item() for detail in (0.0, 0.5, 1.0))
    assert full - half == pytest.approx(half - blind, rel=1e-4)
    assert half > blind


def test_the_critic_learns_and_is_won_over() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        critic, painted = Critic(width=8), torch.rand(2, 3, 32, 32)
    flat = torch.full_like(painted, 0.5)
    optimiser = torch.optim.AdamW(critic.parameters(), lr=4e-3)
    losses = [teach(critic, optimiser, flat, painted).item() for _ in range(30)]
    assert losses[-1] < losses[0]
    assert critic_loss(critic, flat, painted) > critic_loss(critic, painted, painted)


def test_sharpening_leaves_the_encoder_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_shard(tmp_path / "data", (Kind("single", (192, 192), 1, stream=0), 0))
    pictures = Pictures(tmp_path / "data")
    for plan in (Plan(1, 1, 32, 1e-3), Plan(1, 1, 32, 1e-3, sharpen=True)):
        train(plan, pictures, tmp_path)
    whole, sharp = (checkpoint.load(tmp_path / f"{name}.pt") for name in ("whole", "sharpen"))
    assert (tmp_path / "sharpen-1.png").stat().st_size > 0
    for key, weight in sharp["vae"].items():
        frozen = key.startswith(("encoder.", "quant_conv."))
        assert not frozen or torch.equal(weight, whole["average"][key])
    changed = [key for key, weight in sharp["vae"].items() if not torch.equal(weight, whole["average"][key])]
    assert any(key.startswith("decoder.") for key in changed)
