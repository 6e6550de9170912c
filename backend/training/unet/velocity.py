"""The UNet's task: from noisy latents and prompts, the velocity (Salimans and Ho, arXiv:2202.00512)."""

from typing import NamedTuple

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from training.memory_format import pixels_last
from training.precision import fastest
from training.text.reader import Reader
from training.unet.attention import Names, Reading, read
from training.unet.batches import Batch

FLASH_SIDE = 56  # below it plain attention is the faster on a CPU, above all backwards
CLEAREST = 0.05  # of alphas_cumprod: in more noise than this nothing says yet where a terrain will be


class Errors(NamedTuple):
    """velocity: [B], mean squared. attention: where words are looked for."""

    velocity: Tensor
    attention: Tensor


def times(count: int) -> Tensor:
    """One time from each of so many equal parts of the schedule, 0 to 1: less variance than chance."""
    return (torch.arange(count) + torch.rand(count)) / count


def errors(
    unet: UNet2DConditionModel, reader: Reader, batch: Batch, timestep: Tensor, noise: Tensor, alphas: Tensor
) -> Errors:
    """Of a batch noised to `timestep` [B]; `alphas` is the schedule's alphas_cumprod, [timesteps]."""
    alpha = alphas[timestep].sqrt().view(-1, 1, 1, 1)
    sigma = (1 - alphas[timestep]).sqrt().view(-1, 1, 1, 1)
    noisy = pixels_last(alpha * batch.clean + sigma * noise)
    told = reader.rows([prompt for prompts in batch.prompts for prompt in prompts]).to(noisy.device)
    named = names(reader, batch, told.logits.shape[1], alphas[timestep].cpu())
    named = named and named.to(noisy.device)
    reading = Reading(told.logits.view(len(noisy), -1), batch.weights, named)
    embeds = told.embeds.view(len(noisy), -1, told.embeds.shape[-1])
    pooled = reader.pooled(batch.scene_prompts).to(noisy.device)
    conditions = {"text_embeds": pooled, "time_ids": batch.time_ids}
    attention = SDPBackend.FLASH_ATTENTION if noisy.shape[-1] >= FLASH_SIDE else SDPBackend.MATH
    with read(unet, reading), fastest(noisy.device.type), sdpa_kernel([attention, SDPBackend.MATH]):
        predicted = unet(noisy, timestep, embeds, added_cond_kwargs=conditions).sample.float()
    wanted = alpha * noise - sigma * batch.clean
    return Errors((predicted - wanted).square().mean(dim=(1, 2, 3)), reading.error())


def names(reader: Reader, batch: Batch, length: int, alphas: Tensor) -> Names | None:
    """Which tokens name what and where, if any crop has several terrains named.

    length: tokens in a row. alphas: [B], each crop's of alphas_cumprod.
    """
    if not any(len(told.names) > 1 for told in batch.told):
        return None
    most = max(len(told.names) for told in batch.told)
    tokens = torch.zeros(len(batch.told), length, most)
    shares = torch.zeros(len(batch.told), most, *batch.clean.shape[2:])
    for index, told in enumerate(batch.told):
        for patch, name in enumerate(told.names):
            tokens[index, reader.named(told.text, name), patch] = 1
            shares[index, patch] = torch.from_numpy(batch.shown[index][patch])
    several = torch.tensor([len(told.names) > 1 for told in batch.told])
    return Names(tokens, shares, several * (alphas / (alphas + CLEAREST)))
