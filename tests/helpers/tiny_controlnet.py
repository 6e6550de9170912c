"""A tiny ControlNet with random weights, in diffusers' own class, for a tiny SDXL."""

from pathlib import Path

import torch
from diffusers import ControlNetModel, UNet2DConditionModel


def make_controlnet(unet: UNet2DConditionModel, widths: tuple[int, ...], seed: int = 0) -> ControlNetModel:
    """Make it in the UNet's shape. Nothing of it is zero, as of one that was trained.

    `widths` are those of the part that reads the picture.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        controlnet = ControlNetModel.from_unet(
            unet, load_weights_from_unet=False, conditioning_embedding_out_channels=widths
        )
        ends = (*controlnet.controlnet_down_blocks, controlnet.controlnet_mid_block)
        for end in (*ends, controlnet.controlnet_cond_embedding.conv_out):
            for each in end.parameters():
                torch.nn.init.normal_(each, std=each[0].numel() ** -0.5 if each.ndim > 1 else 0.1)
    return controlnet.eval()


def write_controlnet(folder: Path, unet: UNet2DConditionModel, *, usual: bool = False) -> Path:
    """Write one into a folder, as diffusers does; return the folder.

    A `usual` one reads pictures by layers as wide as those of SDXL's.
    """
    widths = (16, 32, 96, 256) if usual else (8, 12, 16, 24)
    make_controlnet(unet, widths).save_pretrained(folder)
    return folder
