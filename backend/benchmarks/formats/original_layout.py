"""Write a model as one file in SDXL's original layout, by its names alone."""

import re

import torch
from torch import nn

from tilebake.paint.model.components import Parts

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


def _original_unet(unet: nn.Module, per_block: int) -> Tensors:
    """Rename a UNet: on the way down a level has its resnets, then the downsampler; on the way up one more.

    SDXL has two resnets to a level, and so three blocks both ways.
    """
    blocks = per_block + 1

    def place(name: str) -> str:
        name = _renamed(name, UNET)
        if match := re.match(r"(down|up)_blocks\.(\d)\.(resnets|attentions)\.(\d)\.", name):
            way, level, kind, index = match[1], int(match[2]), match[3], int(match[4])
            block = (
                f"input_blocks.{blocks * level + index + 1}"
                if way == "down"
                else f"output_blocks.{blocks * level + index}"
            )
            name = f"{block}.{'0' if kind == 'resnets' else '1'}.{name[match.end() :]}"
        elif match := re.match(r"down_blocks\.(\d)\.downsamplers\.0\.conv\.", name):
            name = f"input_blocks.{blocks * (int(match[1]) + 1)}.0.op.{name[match.end() :]}"
        elif match := re.match(r"up_blocks\.(\d)\.upsamplers\.0\.conv\.", name):
            name = f"output_blocks.{blocks * int(match[1]) + per_block}.2.conv.{name[match.end() :]}"
        return name if "transformer_blocks" in name else _renamed(name, RESNET)

    return {f"model.diffusion_model.{place(name)}": tensor for name, tensor in unet.state_dict().items()}


def _original_vae(vae: nn.Module) -> Tensors:
    """Rename a VAE: decoder levels are numbered from the bottom, and attention projects by convolution."""
    tensors: Tensors = {}
    for name, tensor in vae.state_dict().items():
        name = _renamed(name, VAE)
        if match := re.match(r"decoder\.up_blocks\.(\d)\.", name):
            rest = name[match.end() :].replace("resnets.", "block.").replace("upsamplers.0.", "upsample.")
            name = f"decoder.up.{3 - int(match[1])}.{rest}"
        is_projection = ".attn_1." in name and tensor.ndim == 2
        tensors[f"first_stage_model.{name}"] = tensor[:, :, None, None] if is_projection else tensor
    return tensors


def _original_text_encoders(parts: Parts) -> Tensors:
    """Rename CLIP-L to transformers' names, OpenCLIP-bigG to its own, with q, k and v in one matrix."""
    first = {
        f"conditioner.embedders.0.transformer.text_model.{name.removeprefix('text_model.')}": tensor
        for name, tensor in parts.text_encoder.state_dict().items()
    }
    prefix = "conditioner.embedders.1.model."
    second = {prefix + _renamed(name, OPEN_CLIP): t for name, t in parts.text_encoder_2.state_dict().items()}
    second[f"{prefix}text_projection"] = second[f"{prefix}text_projection"].T
    for kind in ("weight", "bias"):
        for query in [name for name in second if name.endswith(f".q_proj.{kind}")]:
            whole = [second.pop(query.replace(".q_proj.", f".{part}_proj.")) for part in "qkv"]
            second[query.replace(f".q_proj.{kind}", f".in_proj_{kind}")] = torch.cat(whole)
    return {**first, **second}


def original_layout(parts: Parts) -> Tensors:
    """Return all tensors of a model under the names that SDXL's authors gave them."""
    per_block = int(parts.unet.config["layers_per_block"])
    return {
        **_original_unet(parts.unet, per_block),
        **_original_vae(parts.vae),
        **_original_text_encoders(parts),
    }
