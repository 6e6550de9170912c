"""The embedded autoencoder's shape, and the ways into and out of it."""

from typing import Any, cast

import torch
from diffusers import AutoencoderKL
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from diffusers.models.modeling_outputs import AutoencoderKLOutput
from torch import Tensor, nn

from training.memory_format import channels_last

SHAPE: dict[str, Any] = {
    "in_channels": 3,
    "out_channels": 3,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "block_out_channels": (32, 64, 96, 128),
    "layers_per_block": 1,
    "latent_channels": 8,
    # one group: finer ones norm away the mean colour of a picture, which is most of what a terrain is
    "norm_num_groups": 1,
    "sample_size": 256,
    # no attention in the middle: it sees the whole picture, and costs pixels squared on a large map
    "mid_block_add_attention": False,
    "force_upcast": False,
}


def untrained() -> AutoencoderKL:
    """An autoencoder with random weights, laid out for training."""
    return channels_last(AutoencoderKL(**SHAPE))


def finished(weights: dict[str, Tensor], mean: list[float], std: list[float]) -> AutoencoderKL:
    """The autoencoder as it is used: its latents have mean 0 and deviation 1 in each channel.

    SDXL's one scaling factor would leave a channel of deviation 0.8 beside one of 2.8. The config could hold
    each channel's own, but stock SDXL expects four of them: so they go into the two kernels at the latents.
    """
    vae = AutoencoderKL(**SHAPE, scaling_factor=1.0)
    vae.load_state_dict(weights)
    fold(vae, torch.tensor(mean), torch.tensor(std))
    return vae


@torch.no_grad()
def fold(vae: AutoencoderKL, mean: Tensor, std: Tensor) -> None:
    """Let the encoder end in (latents - mean) / std and the decoder begin with the reverse. [8] each"""
    out, back = cast("nn.Conv2d", vae.quant_conv), cast("nn.Conv2d", vae.post_quant_conv)
    assert out.bias is not None
    assert back.bias is not None
    means, spreads = out.bias.chunk(2)
    out.weight[: len(mean)] /= std.view(-1, 1, 1, 1)
    means.sub_(mean).div_(std)
    spreads.sub_(2 * std.log())  # log-variances
    back.bias += back.weight[:, :, 0, 0] @ mean
    back.weight *= std.view(1, -1, 1, 1)


def posterior(vae: AutoencoderKL, pictures: Tensor) -> DiagonalGaussianDistribution:
    """The latents [B, 8, h, w], mean and spread, of pictures [B, 3, 8h, 8w] from -1 to 1."""
    return cast("AutoencoderKLOutput", vae.encode(pictures)).latent_dist


def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Pictures [B, 3, 8h, 8w] from latents [B, 8, h, w]."""
    return cast("Any", vae).decode(latents, return_dict=False)[0]
