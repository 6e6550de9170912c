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
    rows = reader.rows([prompt for prompts in batch.prompts for prompt in prompts]).to(noisy.device)
    named = names(reader, batch, rows.logits.shape[1], alphas[timestep].cpu())
    named = named and named.to(noisy.device)
    reading = Reading(rows.logits.view(len(noisy), -1), batch.weights, named)
    embeds = rows.embeds.view(len(noisy), -1, rows.embeds.shape[-1])
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
    if not any(len(caption.names) > 1 for caption in batch.captions):
        return None
    most = max(len(caption.names) for caption in batch.captions)
    tokens = torch.zeros(len(batch.captions), length, most)
    shares = torch.zeros(len(batch.captions), most, *batch.clean.shape[2:])
    for index, caption in enumerate(batch.captions):
        for patch, name in enumerate(caption.names):
            tokens[index, reader.named(caption.text, name), patch] = 1
            shares[index, patch] = torch.from_numpy(batch.shown[index][patch])
    several = torch.tensor([len(caption.names) > 1 for caption in batch.captions])
    return Names(tokens, shares, several * (alphas / (alphas + CLEAREST)))
