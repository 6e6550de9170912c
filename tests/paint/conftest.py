"""The tiny SDXL in the other forms that people have: one file in SDXL's original layout, and LoRAs."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from diffusers import StableDiffusionXLPipeline
from safetensors.torch import save_file
from torch import nn

from tilebake.models.folder_check import COMPONENTS
from tilebake.models.reference import EMBEDDED, resolve
from tilebake.paint.model.load import Components, load
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.encode import encode_prompt
from tilebake.paint.schedulers import make_scheduler

Tensors = dict[str, torch.Tensor]
Rules = tuple[tuple[str, str], ...]

RESNET: Rules = (
    (r"\.norm1\.", ".in_layers.0."),
    (r"\.conv1\.", ".in_layers.2."),
    (r"\.time_emb_proj\.", ".emb_layers.1."),
    (r"\.norm2\.", ".out_layers.0."),
    (r"\.conv2\.", ".out_layers.3."),
    (r"\.conv_shortcut\.", ".skip_connection."),
)
UNET: Rules = (
    (r"^conv_in\.", "input_blocks.0.0."),
    (r"^time_embedding\.linear_1\.", "time_embed.0."),
    (r"^time_embedding\.linear_2\.", "time_embed.2."),
    (r"^add_embedding\.linear_1\.", "label_emb.0.0."),
    (r"^add_embedding\.linear_2\.", "label_emb.0.2."),
    (r"^conv_norm_out\.", "out.0."),
    (r"^conv_out\.", "out.2."),
    (r"^mid_block\.resnets\.0\.", "middle_block.0."),
    (r"^mid_block\.attentions\.0\.", "middle_block.1."),
    (r"^mid_block\.resnets\.1\.", "middle_block.2."),
)
VAE: Rules = (
    (r"\.mid_block\.resnets\.0\.", ".mid.block_1."),
    (r"\.mid_block\.resnets\.1\.", ".mid.block_2."),
    (r"\.mid_block\.attentions\.0\.", ".mid.attn_1."),
    (r"\.group_norm\.", ".norm."),
    (r"\.to_([qkv])\.", r".\1."),
    (r"\.to_out\.0\.", ".proj_out."),
    (r"\.conv_norm_out\.", ".norm_out."),
    (r"\.conv_shortcut\.", ".nin_shortcut."),
    (r"\.down_blocks\.(\d)\.resnets\.(\d)\.", r".down.\1.block.\2."),
    (r"\.down_blocks\.(\d)\.downsamplers\.0\.", r".down.\1.downsample."),
)
OPEN_CLIP: Rules = (
    (r"^text_model\.", ""),
    (r"^embeddings\.token_embedding\.weight", "token_embedding.weight"),
    (r"^embeddings\.position_embedding\.weight", "positional_embedding"),
    (r"^final_layer_norm\.", "ln_final."),
    (r"^text_projection\.weight", "text_projection"),
    (r"^encoder\.layers\.", "transformer.resblocks."),
    (r"\.layer_norm(\d)\.", r".ln_\1."),
    (r"\.self_attn\.", ".attn."),
    (r"\.mlp\.fc1\.", ".mlp.c_fc."),
    (r"\.mlp\.fc2\.", ".mlp.c_proj."),
)


def _renamed(name: str, rules: Rules) -> str:
    for pattern, replacement in rules:
        name = re.sub(pattern, replacement, name)
    return name


def _original_unet(unet: nn.Module) -> Tensors:
    """SDXL's UNet: three input blocks to a level (two resnets, then the downsampler), three output blocks."""

    def place(name: str) -> str:
        name = _renamed(name, UNET)
        if match := re.match(r"(down|up)_blocks\.(\d)\.(resnets|attentions)\.(\d)\.", name):
            way, level, kind, index = match[1], int(match[2]), match[3], int(match[4])
            block = (
                f"input_blocks.{3 * level + index + 1}"
                if way == "down"
                else f"output_blocks.{3 * level + index}"
            )
            name = f"{block}.{'0' if kind == 'resnets' else '1'}.{name[match.end() :]}"
        elif match := re.match(r"down_blocks\.(\d)\.downsamplers\.0\.conv\.", name):
            name = f"input_blocks.{3 * (int(match[1]) + 1)}.0.op.{name[match.end() :]}"
        elif match := re.match(r"up_blocks\.(\d)\.upsamplers\.0\.conv\.", name):
            name = f"output_blocks.{3 * int(match[1]) + 2}.2.conv.{name[match.end() :]}"
        return name if "transformer_blocks" in name else _renamed(name, RESNET)

    return {f"model.diffusion_model.{place(name)}": tensor for name, tensor in unet.state_dict().items()}


def _original_vae(vae: nn.Module) -> Tensors:
    """SDXL's VAE: decoder levels are numbered from the bottom, and attention projects by convolution."""
    tensors: Tensors = {}
    for name, tensor in vae.state_dict().items():
        name = _renamed(name, VAE)
        if match := re.match(r"decoder\.up_blocks\.(\d)\.", name):
            rest = name[match.end() :].replace("resnets.", "block.").replace("upsamplers.0.", "upsample.")
            name = f"decoder.up.{3 - int(match[1])}.{rest}"
        is_projection = ".attn_1." in name and tensor.ndim == 2
        tensors[f"first_stage_model.{name}"] = tensor[:, :, None, None] if is_projection else tensor
    return tensors


def _original_text_encoders(components: Components) -> Tensors:
    """CLIP-L in transformers' names, OpenCLIP-bigG in its own, with q, k and v in one matrix."""
    first = {
        f"conditioner.embedders.0.transformer.text_model.{name.removeprefix('text_model.')}": tensor
        for name, tensor in components.text_encoder.state_dict().items()
    }
    prefix = "conditioner.embedders.1.model."
    second = {
        prefix + _renamed(name, OPEN_CLIP): t for name, t in components.text_encoder_2.state_dict().items()
    }
    second[f"{prefix}text_projection"] = second[f"{prefix}text_projection"].T
    for kind in ("weight", "bias"):
        for query in [name for name in second if name.endswith(f".q_proj.{kind}")]:
            parts = [second.pop(query.replace(".q_proj.", f".{part}_proj.")) for part in "qkv"]
            second[query.replace(f".q_proj.{kind}", f".in_proj_{kind}")] = torch.cat(parts)
    return {**first, **second}


def _save(tensors: Mapping[str, torch.Tensor], path: Path) -> Path:
    save_file({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, path)
    return path


@pytest.fixture
def tiny_checkpoint(tiny_components: Components, tmp_path: Path) -> Path:
    """The tiny SDXL as one .safetensors file in SDXL's original layout."""
    parts = tiny_components
    tensors = {**_original_unet(parts.unet), **_original_vae(parts.vae), **_original_text_encoders(parts)}
    return _save(tensors, tmp_path / "tiny.safetensors")


@pytest.fixture
def save_lora(tmp_path: Path) -> Callable[[str, Tensors], Path]:
    """Saves tensors as a LoRA file."""
    return lambda name, tensors: _save(tensors, tmp_path / f"{name}.safetensors")


@pytest.fixture
def unet_lora(tiny_components: Components, generator: Callable[[int], torch.Generator]) -> Tensors:
    """A LoRA of rank 2 on every to_q and to_v of the tiny UNet's cross-attention, in diffusers' names."""
    noise = generator(1)
    tensors: Tensors = {}
    for name, module in tiny_components.unet.named_modules():
        if name.endswith(("attn2.to_q", "attn2.to_v")):
            assert isinstance(module, nn.Linear)
            tensors[f"unet.{name}.lora_A.weight"] = torch.randn(2, module.in_features, generator=noise)
            tensors[f"unet.{name}.lora_B.weight"] = torch.randn(module.out_features, 2, generator=noise)
    return tensors


@pytest.fixture(params=["tiny", "embedded"] if (EMBEDDED / "model_index.json").is_file() else ["tiny"])
def components(request: pytest.FixtureRequest, tiny_components: Components) -> Components:
    """The tiny model, then the embedded one."""
    return tiny_components if request.param == "tiny" else request.getfixturevalue("embedded_components")


@pytest.fixture(scope="session")
def embedded_components() -> Components:
    """The embedded model in float32 on the CPU."""
    return load(resolve("embedded"), device="cpu", dtype="float32")


@pytest.fixture
def stock() -> Callable[[Components, str], Any]:
    """Diffusers' own SDXL pipeline on a model's parts, with one of our schedulers."""

    def make(components: Components, scheduler: str) -> Any:
        parts: dict[str, Any] = {name: getattr(components, name) for name in COMPONENTS}
        pipeline = StableDiffusionXLPipeline(
            **parts,
            scheduler=cast("Any", make_scheduler(scheduler, components.scheduler_config)),
            force_zeros_for_empty_prompt=components.force_zeros_for_empty_prompt,
            add_watermarker=False,
        )
        pipeline.set_progress_bar_config(disable=True)
        return pipeline

    return make


@pytest.fixture
def encode(tiny_components: Components) -> Callable[[str], PromptEmbeds]:
    """Encodes prompts by the tiny model. It knows a few words whole; the others it reads in pieces."""
    return lambda text: encode_prompt(tiny_components, text)
