"""Read an IP-Adapter from exactly the files that were named and checked."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, cast

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from diffusers.models.embeddings import ImageProjection, IPAdapterPlusImageProjection
from torch import nn

from tilebake.errors import Location, ModelError
from tilebake.models.added.ip_adapter import (
    IMAGE_ENCODER,
    LAYERS,
    PROJECTION,
    IpAdapterFiles,
    ip_adapter_files,
    is_plus,
    refuse_other_encoder,
)
from tilebake.models.config_check import read_config
from tilebake.paint.model.build import build_image_encoder, fill, without_weights
from tilebake.paint.model.bulkhead import guard
from tilebake.paint.model.single_file import Converted
from tilebake.paint.model.weights_file import open_all, open_weights
from tilebake.paint.references.image_adapter import ImageAdapter, LayerWeights

SUMMARY_TOKENS: Final = 4  # that an adapter makes of a picture's summary
HEAD_WIDTH: Final = 64  # of the heads in a resampler
MOST_DEPTH: Final = 16  # layers of a resampler; those of h94 have 4
_HINT: Final = "use an IP-Adapter for SDXL, with the image encoder that it was trained with"
_RESAMPLER: Final = (  # what its authors call a resampler's parts, and what diffusers does
    (re.compile(r"^layers\.(\d+)\.0\.norm1\."), r"layers.\1.ln0."),
    (re.compile(r"^layers\.(\d+)\.0\.norm2\."), r"layers.\1.ln1."),
    (re.compile(r"^layers\.(\d+)\.0\.to_out\."), r"layers.\1.attn.to_out.0."),
    (re.compile(r"^layers\.(\d+)\.0\.to_"), r"layers.\1.attn.to_"),
    (re.compile(r"^layers\.(\d+)\.1\.0\."), r"layers.\1.ff.0."),
    (re.compile(r"^layers\.(\d+)\.1\.1\."), r"layers.\1.ff.1.net.0.proj."),
    (re.compile(r"^layers\.(\d+)\.1\.3\."), r"layers.\1.ff.1.net.2."),
)

NamedTensors = Mapping[str, torch.Tensor]


def read_adapter(unet: UNet2DConditionModel, adapter: Path, dtype: torch.dtype) -> ImageAdapter:
    """Read an IP-Adapter for a UNet, and the image encoder beside it.

    Raises ModelError for files that are none, or fit neither the UNet nor each other.
    """
    files = ip_adapter_files(adapter)
    with guard(adapter, "cannot be loaded", _HINT):
        return _read(unet, files, dtype)


def _read(unet: UNet2DConditionModel, files: IpAdapterFiles, dtype: torch.dtype) -> ImageAdapter:
    config = read_config(files.config, IMAGE_ENCODER)
    with open_all(files.weights.files) as stored:
        encoder = fill(build_image_encoder(config), stored, dtype, where=files.weights.files[0])
    with open_weights(files.adapter) as file:
        tensors = {name: file.read(name) for name in file.tensors}
    reads_patches = is_plus(tensors)
    make = _make_resampler if reads_patches else _make_projection
    width = config["hidden_size"] if reads_patches else config["projection_dim"]
    projection = make(_below(tensors, PROJECTION), dtype, files.adapter, width)
    layers = _make_layers(unet, _below(tensors, LAYERS), dtype, files.adapter)
    return ImageAdapter(encoder, projection, layers, reads_patches=reads_patches)


def _below(tensors: NamedTensors, prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)}


def _make_projection(tensors: NamedTensors, dtype: torch.dtype, where: Path, width: int) -> nn.Module:
    """Make the projection of a picture's summary to tokens."""
    rows, columns = tensors["proj.weight"].shape
    refuse_other_encoder(where, columns, width)

    def build() -> nn.Module:
        return ImageProjection(
            image_embed_dim=columns,
            cross_attention_dim=rows // SUMMARY_TOKENS,
            num_image_text_embeds=SUMMARY_TOKENS,
        )

    renamed = {name.replace("proj.", "image_embeds."): each for name, each in tensors.items()}
    return _fill(build, renamed, dtype, where)


def _make_resampler(tensors: NamedTensors, dtype: torch.dtype, where: Path, width: int) -> nn.Module:
    """Make the resampler (Alayrac et al. 2022, arXiv:2204.14198) of a picture's patches to tokens."""
    refuse_other_encoder(where, tensors["proj_in.weight"].shape[1], width)
    depth = len({name.split(".")[1] for name in tensors if name.startswith("layers.")})
    if depth > MOST_DEPTH:
        raise ModelError(f"has a resampler of {depth} layers", where=Location(where), hint=_HINT)

    def build() -> nn.Module:
        return IPAdapterPlusImageProjection(
            embed_dims=width,
            output_dims=tensors["proj_out.weight"].shape[0],
            hidden_dims=tensors["latents"].shape[2],
            depth=depth,
            dim_head=HEAD_WIDTH,
            heads=tensors["layers.0.0.to_q.weight"].shape[0] // HEAD_WIDTH,
            num_queries=tensors["latents"].shape[1],
        )

    renamed: dict[str, torch.Tensor] = {}
    for name, each in tensors.items():
        renamed |= _rename(name, each)
    return _fill(build, renamed, dtype, where)


def _rename(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
    """Name a resampler's tensor as diffusers does, which has keys and values apart."""
    for pattern, replacement in _RESAMPLER:
        name = pattern.sub(replacement, name)
    if ".to_kv." not in name:
        return {name: tensor}
    key, value = tensor.chunk(2, dim=0)
    return {name.replace("to_kv", "to_k"): key, name.replace("to_kv", "to_v"): value}


def _fill(
    build: Callable[[], nn.Module], tensors: NamedTensors, dtype: torch.dtype, where: Path
) -> nn.Module:
    return fill(without_weights(build), Converted(tensors), dtype, where=where)


def _make_layers(
    unet: UNet2DConditionModel, tensors: dict[str, torch.Tensor], dtype: torch.dtype, where: Path
) -> dict[Attention, LayerWeights]:
    """Make what is added to each cross-attention layer, in the order in which diffusers numbers them."""
    layers: dict[Attention, LayerWeights] = {}
    for place, attn in enumerate(_cross_attention(unet)):
        found = [tensors.pop(f"{2 * place + 1}.to_{each}_ip.weight", None) for each in "kv"]
        shape = cast("nn.Linear", attn.to_k).weight.shape
        weights = [each for each in found if each is not None and each.shape == shape]
        if len(weights) < len(found):
            what = f"does not fit the model: its cross-attention layer {place + 1} wants {list(shape)}"
            raise ModelError(what, where=Location(where), hint=_HINT)
        layers[attn] = LayerWeights(*(_linear(each.to(dtype)) for each in weights))
    if tensors:
        what = f"has a tensor {LAYERS}{next(iter(tensors))[:100]}, for which the model has no layer"
        raise ModelError(what, where=Location(where), hint=_HINT)
    return layers


def _cross_attention(unet: UNet2DConditionModel) -> list[Attention]:
    """List the layers that attend to prompts, in the order of diffusers' own list of processors."""
    names = [name.removesuffix(".processor") for name in unet.attn_processors]
    layers = [unet.get_submodule(name) for name in names if not name.endswith("attn1")]
    return [layer for layer in layers if isinstance(layer, Attention)]


def _linear(weight: torch.Tensor) -> nn.Linear:
    with torch.device("meta"):
        layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight = nn.Parameter(weight)
    return layer
