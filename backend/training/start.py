"""A start for the autoencoder from which it need not first discover colour.

Left to chance, the autoencoder spent its first 500 steps on brightness alone: each norm divides a picture's mean
colour away and every gradient is about edges. Here the first three latents begin as the picture's colours
averaged over 8 x 8 pixels, and the decoder begins by showing them; all else is learnt on top.
"""

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

COLOURS = 3
QUIET = -6.0  # the posterior's first log-variance: a deviation of 0.05


def pass_on(weight: Tensor, tap: float, ends: slice) -> None:
    """Make a kernel [out, in, k, k] hand its first channels on: `tap` at the positions `ends` of the kernel."""
    shared = min(weight.shape[0], weight.shape[1])
    weight[:shared] = 0
    for channel in range(shared):
        weight[channel, channel, ends, ends] = tap


def still(block: nn.Module) -> None:
    """Let every residual block begin as the identity (Zhang et al. 2019, arXiv 1901.09321)."""
    for resnet in block.resnets:
        nn.init.zeros_(resnet.conv2.weight)
        nn.init.zeros_(resnet.conv2.bias)
        if resnet.conv_shortcut is not None:
            pass_on(resnet.conv_shortcut.weight, 1.0, slice(0, 1))


def mirror(weight: Tensor, bias: Tensor, middle: slice) -> None:
    """Read pairs +x, -x back through SiLU: silu(x) - silu(-x) = x."""
    weight[:COLOURS] = 0
    bias[:COLOURS] = 0
    for channel in range(COLOURS):
        weight[channel, channel, middle, middle] = 1
        weight[channel, channel + COLOURS, middle, middle] = -1


def double(weight: Tensor, bias: Tensor, middle: slice) -> None:
    """Write each of the first three channels as a pair +x, -x."""
    for channel in range(2 * COLOURS):
        weight[channel] = 0
        bias[channel] = 0
        weight[channel, channel % COLOURS, middle, middle] = 1 if channel < COLOURS else -1


@torch.no_grad()
def start(vae: AutoencoderKL) -> None:
    """Set the weights of an untrained autoencoder, in place."""
    middle, corner = slice(1, 2), slice(0, 2)
    for block in (*vae.encoder.down_blocks, vae.encoder.mid_block, vae.decoder.mid_block, *vae.decoder.up_blocks):
        still(block)
    for block in vae.encoder.down_blocks:
        for down in block.downsamplers or ():
            pass_on(down.conv.weight, 0.25, corner)  # the mean of the 2 x 2 pixels that become one
    for block in vae.decoder.up_blocks:
        for up in block.upsamplers or ():
            pass_on(up.conv.weight, 1.0, middle)
    double(vae.encoder.conv_in.weight, vae.encoder.conv_in.bias, middle)
    mirror(vae.encoder.conv_out.weight, vae.encoder.conv_out.bias, middle)
    double(vae.decoder.conv_in.weight, vae.decoder.conv_in.bias, middle)
    mirror(vae.decoder.conv_out.weight, vae.decoder.conv_out.bias, middle)
    for convolution in (vae.quant_conv, vae.post_quant_conv):
        pass_on(convolution.weight, 1.0, slice(0, 1))
        nn.init.zeros_(convolution.bias)
    latent_channels = vae.config.latent_channels
    nn.init.zeros_(vae.encoder.conv_out.weight[latent_channels:])
    nn.init.constant_(vae.encoder.conv_out.bias[latent_channels:], QUIET)
