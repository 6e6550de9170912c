"""The embedded model's shape: SDXL in miniature, every class the real one.

Two text encoders whose second-to-last layers are joined (96 + 160 = 256 wide, SDXL's 768 + 1280 = 2048), a
UNet with no attention at full latent size, cross-attention at a half and a quarter, text_time conditioning.
"""

from pathlib import Path
from typing import Any, cast

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

MAX_TOKENS = 77
WIDTH, WIDTH_2 = 96, 160  # of the text encoders
SHAPE: dict[str, Any] = {
    "sample_size": 128,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "block_out_channels": (64, 96, 192),
    "layers_per_block": 2,
    "transformer_layers_per_block": (1, 1, 1),
    "attention_head_dim": (2, 3, 6),  # diffusers' name for the number of heads
    "cross_attention_dim": WIDTH + WIDTH_2,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 32,
    "projection_class_embeddings_input_dim": 6 * 32 + WIDTH_2,
    "norm_num_groups": 8,
}

TokenizerPair = tuple[CLIPTokenizer, CLIPTokenizer]
EncoderPair = tuple[CLIPTextModel, CLIPTextModelWithProjection]


def text_config(tokenizer: CLIPTokenizer, width: int, heads: int) -> CLIPTextConfig:
    """Three layers, for SDXL reads the last but one."""
    special: dict[str, Any] = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=4 * width,
        projection_dim=WIDTH_2,
        num_hidden_layers=3,
        num_attention_heads=heads,
        max_position_embeddings=MAX_TOKENS,
        **special,
    )


def text_encoders(tokenizer: CLIPTokenizer, tokenizer_2: CLIPTokenizer) -> EncoderPair:
    """Untrained encoders of the miniature's size."""
    first = CLIPTextModel(text_config(tokenizer, WIDTH, heads=4))
    second = CLIPTextModelWithProjection(text_config(tokenizer_2, WIDTH_2, heads=5))
    return first, second


def unet(latent_channels: int) -> UNet2DConditionModel:
    """An untrained UNet of the miniature's size."""
    network = UNet2DConditionModel(in_channels=latent_channels, out_channels=latent_channels, **SHAPE)
    quiet(network)
    return network


def quiet(network: UNet2DConditionModel) -> None:
    """Begin with every residual branch silent (Dhariwal and Nichol 2021, arXiv 2105.05233)."""
    for module in network.modules():
        if isinstance(module, ResnetBlock2D):
            nn.init.zeros_(module.conv2.weight)
        elif isinstance(module, Transformer2DModel):
            nn.init.zeros_(module.proj_out.weight)
    nn.init.zeros_(network.conv_out.weight)


def scheduler() -> EulerDiscreteScheduler:
    """SDXL's schedule with a noisier end: a large map's broad colours drown only in more noise."""
    return EulerDiscreteScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.02,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        timestep_spacing="trailing",
    )


def assemble(
    folder: Path,
    vae: AutoencoderKL,
    network: UNet2DConditionModel,
    encoders: EncoderPair,
    tokenizers: TokenizerPair,
) -> None:
    """Write everything as a diffusers folder, weights in float16."""
    pipeline = StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=encoders[0],
        text_encoder_2=encoders[1],
        tokenizer=tokenizers[0],
        tokenizer_2=tokenizers[1],
        unet=network,
        scheduler=cast("Any", scheduler()),  # declared as an enumeration of classes
        force_zeros_for_empty_prompt=False,
        add_watermarker=False,
    )
    pipeline.to(dtype=torch.float16).save_pretrained(folder, safe_serialization=True)
