"""SDXL's UNet at its full size, with random weights: right for costs and exactness, wrong for pictures."""

from math import prod
from typing import Any, Final, cast

import torch
from diffusers import UNet2DConditionModel
from torch import nn

CONFIG: Final[dict[str, Any]] = {
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "block_out_channels": [320, 640, 1280],
    "transformer_layers_per_block": [1, 2, 10],
    "attention_head_dim": [5, 10, 20],
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
    "sample_size": 128,
}
TOKENS: Final = 77
WIDTH: Final = 2048  # of both text encoders' hidden states together
POOLED: Final = 1280


def full_size_unet(dtype: torch.dtype) -> UNet2DConditionModel:
    """2.57 billion parameters, each layer's output about as large as its input. 5 GB in half precision."""
    with torch.device("meta"):
        unet = cast(UNet2DConditionModel, UNet2DConditionModel.from_config(CONFIG))
    nn.Module.to(unet, dtype)
    unet.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in unet.named_parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=prod(parameter.shape[1:]) ** -0.5, generator=generator)
            else:
                parameter.fill_(0.0 if name.endswith("bias") else 1.0)
    return unet.eval().requires_grad_(requires_grad=False)
