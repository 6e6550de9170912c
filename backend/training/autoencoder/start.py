"""A start for the autoencoder from which it need not first discover colour.

Left to chance, the autoencoder spent its first 500 steps on brightness alone: each norm divides a picture's
mean colour away and every gradient is about edges. Here the first three latents begin as the picture's
colours averaged over 8 x 8 pixels, and the decoder begins by showing them; all else is learnt on top.
"""

import torch
from diffusers import AutoencoderKL
from diffusers.models.downsampling import Downsample2D
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.upsampling import Upsample2D
from torch import Tensor, nn

COLOURS = 3
QUIET = -6.0  # the posterior's first log-variance: a deviation of 0.05
ONLY, MIDDLE, CORNER = slice(0, 1), slice(1, 2), slice(0, 2)  # places in kernels of 1, 3 and 3 pixels


@torch.no_grad()
def start(vae: AutoencoderKL) -> None:
    """Set the weights of an untrained autoencoder, in place."""
    for module in vae.modules():
        if isinstance(module, ResnetBlock2D):
            still(module)
        elif isinstance(module, Downsample2D):
            pass_on(module.conv, 0.25, CORNER)  # the mean of the 2 x 2 pixels that become one
        elif isinstance(module, Upsample2D):
            pass_on(module.conv, 1.0, MIDDLE)
    for coder in (vae.encoder, vae.decoder):
        double(coder.conv_in)
        mirror(coder.conv_out)
    for convolution in (vae.quant_conv, vae.post_quant_conv):
        pass_on(convolution, 1.0, ONLY)
        nn.init.zeros_(kernel(convolution)[1])
    weight, bias = kernel(vae.encoder.conv_out)
    latent_channels = vae.config["latent_channels"]
    nn.init.zeros_(weight[latent_channels:])
    nn.init.constant_(bias[latent_channels:], QUIET)


def kernel(convolution: nn.Module | None) -> tuple[Tensor, Tensor]:
    """A convolution's weight [out, in, k, k] and bias [out]."""
    assert isinstance(convolution, nn.Conv2d)
    assert convolution.bias is not None
    return convolution.weight, convolution.bias


def pass_on(convolution: nn.Module | None, tap: float, places: slice) -> None:
    """Make a convolution hand its first channels on: `tap` at `places` of the kernel, in both directions."""
    weight, _ = kernel(convolution)
    shared = min(weight.shape[0], weight.shape[1])
    weight[:shared] = 0
    for channel in range(shared):
        weight[channel, channel, places, places] = tap


def still(block: ResnetBlock2D) -> None:
    """Let a residual block begin as the identity (Zhang et al. 2019, arXiv 1901.09321)."""
    for parameter in kernel(block.conv2):
        nn.init.zeros_(parameter)
    if block.conv_shortcut is not None:
        pass_on(block.conv_shortcut, 1.0, ONLY)


def double(convolution: nn.Module) -> None:
    """Write each of the first three channels as a pair +x, -x."""
    weight, bias = kernel(convolution)
    for channel in range(2 * COLOURS):
        weight[channel] = 0
        bias[channel] = 0
        weight[channel, channel % COLOURS, MIDDLE, MIDDLE] = 1 if channel < COLOURS else -1


def mirror(convolution: nn.Module) -> None:
    """Read pairs +x, -x back through SiLU: silu(x) - silu(-x) = x."""
    weight, bias = kernel(convolution)
    weight[:COLOURS] = 0
    bias[:COLOURS] = 0
    for channel in range(COLOURS):
        weight[channel, channel, MIDDLE, MIDDLE] = 1
        weight[channel, channel + COLOURS, MIDDLE, MIDDLE] = -1
