"""The embedded autoencoder's shape, and the ways into and out of it."""

from typing import Any, cast

from diffusers import AutoencoderKL
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from diffusers.models.modeling_outputs import AutoencoderKLOutput
from torch import Tensor

from training.layout import channels_last

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
    """The autoencoder as it is used: its config holds each channel's mean and deviation, one by one.

    SDXL's single scaling factor would leave a channel of deviation 0.8 beside one of 2.8.
    """
    measured: dict[str, Any] = {"scaling_factor": 1.0, "latents_mean": mean, "latents_std": std}
    vae = AutoencoderKL(**SHAPE, **measured)
    vae.load_state_dict(weights)
    return vae


def posterior(vae: AutoencoderKL, pictures: Tensor) -> DiagonalGaussianDistribution:
    """The latents [B, 8, h, w], mean and spread, of pictures [B, 3, 8h, 8w] from -1 to 1."""
    return cast("AutoencoderKLOutput", vae.encode(pictures)).latent_dist


def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Pictures [B, 3, 8h, 8w] from latents [B, 8, h, w]."""
    return cast("Any", vae).decode(latents, return_dict=False)[0]
