"""The UNet's task: from noisy latents and a caption, the velocity (Salimans and Ho, arXiv 2202.00512)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from training.memory_format import pixels_last
from training.unet.batches import Batch
from training.unet.trainee import Trainee

FLASH_SIDE = 56  # below it plain attention is the faster on a CPU, above all backwards


class Disturbance(NamedTuple):
    """What a batch is noised with. time: [B] from 0 to 1, of the schedule. noise: [B, 8, h, w]."""

    time: Tensor
    noise: Tensor


def disturbance(shape: Sequence[int]) -> Disturbance:
    """Noise for latents [B, 8, h, w], from torch's global generator; no timestep counts more than another.

    One time from each of B equal parts of the schedule: less variance than chance.
    """
    count = shape[0]
    return Disturbance((torch.arange(count) + torch.rand(count)) / count, torch.randn(shape))


def velocity_loss(model: Trainee, batch: Batch, disturbed: Disturbance, alphas: Tensor) -> Tensor:
    """Mean squared error of the velocity; `alphas` is the schedule's alphas_cumprod, [timesteps]."""
    clean, noise = batch.clean, disturbed.noise
    timestep = (disturbed.time * len(alphas)).long()
    alpha = alphas[timestep].sqrt().view(-1, 1, 1, 1)
    sigma = (1 - alphas[timestep]).sqrt().view(-1, 1, 1, 1)
    noisy = pixels_last(alpha * clean + sigma * noise)
    attention = SDPBackend.FLASH_ATTENTION if clean.shape[-1] >= FLASH_SIDE else SDPBackend.MATH
    with torch.autocast("cpu", torch.bfloat16), sdpa_kernel([attention, SDPBackend.MATH]):
        predicted = model(noisy, timestep, batch).float()
    return (predicted - (alpha * noise - sigma * clean)).square().mean()
