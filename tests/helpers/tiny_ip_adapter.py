"""A tiny IP-Adapter with random weights, in the files and names of h94's, for the tiny SDXL."""

from pathlib import Path
from typing import Final, Protocol

import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

SIDE: Final = 32  # pixels of the pictures that its encoder reads
WIDTH: Final = 64  # of the encoder's hidden states
SUMMARY: Final = 24
DEPTH: Final = 4  # of a resampler: diffusers takes no other
CONTEXT: Final = 80  # of the tiny SDXL's cross-attention
Tensors = dict[str, torch.Tensor]


def write_ip_adapter(folder: Path, unet: UNet2DConditionModel, *, plus: bool = False, seed: int = 0) -> Path:
    """Write the adapter and its image encoder into a folder; return the adapter's file."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int, scale: float = 1.0) -> torch.Tensor:
        return torch.randn(*shape, generator=generator) * scale / shape[-1] ** 0.5

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        config = CLIPVisionConfig(
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            projection_dim=SUMMARY,
            num_hidden_layers=3,
            num_attention_heads=4,
            image_size=SIDE,
            patch_size=8,
            hidden_act="gelu",
        )
        encoder = CLIPVisionModelWithProjection(config)
    with torch.no_grad():  # what is as small as at first sees no difference between two pictures
        encoder.vision_model.embeddings.patch_embedding.weight.mul_(20)
    encoder.save_pretrained(folder / "image_encoder")
    tensors = {f"image_proj.{name}": each for name, each in _projection(draw, plus=plus).items()}
    names = [name.removesuffix(".processor") for name in unet.attn_processors if "attn2" in name]
    for place, name in enumerate(names):
        shape = unet.get_parameter(f"{name}.to_k.weight").shape
        tensors[f"ip_adapter.{2 * place + 1}.to_k_ip.weight"] = draw(*shape)
        tensors[f"ip_adapter.{2 * place + 1}.to_v_ip.weight"] = draw(*shape, scale=2.0)
    file = folder / "ip-adapter.safetensors"
    save_file(tensors, file)
    return file


def _projection(draw: "Draw", *, plus: bool) -> Tensors:
    if not plus:
        return {
            "proj.weight": draw(4 * CONTEXT, SUMMARY),
            "proj.bias": draw(4 * CONTEXT),
            "norm.weight": 1 + draw(CONTEXT),
            "norm.bias": draw(CONTEXT),
        }
    hidden, inner = 48, 128
    tensors = {
        "latents": draw(1, 5, hidden),
        "proj_in.weight": draw(hidden, WIDTH),
        "proj_in.bias": draw(hidden),
        "proj_out.weight": draw(CONTEXT, hidden),
        "proj_out.bias": draw(CONTEXT),
        "norm_out.weight": 1 + draw(CONTEXT),
        "norm_out.bias": draw(CONTEXT),
    }
    for layer in range(DEPTH):
        for norm in ("0.norm1", "0.norm2", "1.0"):
            tensors[f"layers.{layer}.{norm}.weight"] = 1 + draw(hidden)
            tensors[f"layers.{layer}.{norm}.bias"] = draw(hidden)
        tensors[f"layers.{layer}.0.to_q.weight"] = draw(inner, hidden)
        tensors[f"layers.{layer}.0.to_kv.weight"] = draw(2 * inner, hidden)
        tensors[f"layers.{layer}.0.to_out.weight"] = draw(hidden, inner)
        tensors[f"layers.{layer}.1.1.weight"] = draw(4 * hidden, hidden)
        tensors[f"layers.{layer}.1.3.weight"] = draw(hidden, 4 * hidden)
    return tensors


class Draw(Protocol):
    """Draw random numbers of a shape."""

    def __call__(self, *shape: int, scale: float = 1.0) -> torch.Tensor: ...
