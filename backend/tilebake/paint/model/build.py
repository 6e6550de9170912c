"""Build the networks of a model from checked configurations and named weights, tensor by tensor.

No `from_pretrained`: that looks for files of its own, beside those which were checked and digested.
"""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar, cast

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import nn
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from tilebake.errors import Location, ModelError

_Network = TypeVar("_Network", bound=nn.Module)

_PREFIXES: Final = ("text_model.", "vision_model.")  # of tensors in files, by version of transformers
_POSITIONS: Final = "embeddings.position_ids"  # 0, 1, 2 …: older files hold it, newer make it
_OLD_ATTENTION: Final = (  # what a VAE's attention was called until 2023
    (".query.", ".to_q."),
    (".key.", ".to_k."),
    (".value.", ".to_v."),
    (".proj_attn.", ".to_out.0."),
)


class TensorSource(Protocol):
    """Offer tensors by name, and their shapes without reading them."""

    def __getitem__(self, name: str, /) -> torch.Tensor: ...
    def __iter__(self) -> Any: ...
    def shape(self, name: str) -> tuple[int, ...]: ...


def build_unet(config: Mapping[str, Any]) -> UNet2DConditionModel:
    """Build a UNet without weights."""
    return without_weights(lambda: UNet2DConditionModel(**known_parameters(UNet2DConditionModel, config)))


def build_vae(config: Mapping[str, Any]) -> AutoencoderKL:
    """Build a VAE without weights."""
    return without_weights(lambda: AutoencoderKL(**known_parameters(AutoencoderKL, config)))


def build_text_encoder(config: Mapping[str, Any]) -> CLIPTextModel:
    """Build the first text encoder without weights."""
    return without_weights(lambda: CLIPTextModel(_text_config(config)))


def build_text_encoder_2(config: Mapping[str, Any]) -> CLIPTextModelWithProjection:
    """Build the second text encoder, with its projection, without weights."""
    return without_weights(lambda: CLIPTextModelWithProjection(_text_config(config)))


def build_image_encoder(config: Mapping[str, Any]) -> CLIPVisionModelWithProjection:
    """Build CLIP's image encoder, with its projection, without weights."""
    known = CLIPVisionConfig(**cast("Any", {**config, "attn_implementation": "sdpa"}))
    return without_weights(lambda: CLIPVisionModelWithProjection(known))


def _text_config(config: Mapping[str, Any]) -> CLIPTextConfig:
    return CLIPTextConfig(**cast("Any", {**config, "attn_implementation": "sdpa"}))


def known_parameters(network: type, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what this version of diffusers knows of a configuration."""
    parameters = inspect.signature(network).parameters
    return {key: value for key, value in config.items() if key in parameters}


def without_weights(build: Callable[[], _Network]) -> _Network:
    """Build a network that is only described: no memory for its weights, no random numbers drawn."""
    with torch.device("meta"):
        network = build()
    for name, buffer in tuple(network.named_buffers()):
        owner, _, own_name = name.rpartition(".")  # the one kind of buffer in all parts: 0, 1, 2 …
        positions = torch.arange(buffer.shape[-1]).expand(1, -1)
        network.get_submodule(owner).register_buffer(own_name, positions, persistent=False)
    return network.eval()


def fill(network: _Network, tensors: TensorSource, dtype: torch.dtype, where: Path) -> _Network:
    """Give a network its weights, in `dtype`. All must be there and fit, and there may be no others.

    Raises ModelError for the first tensor that is missing, unknown or of another shape, before any is read.
    """
    wanted = {_canonical(name): (name, parameter) for name, parameter in network.state_dict().items()}
    given: dict[str, str] = {}
    for name in tensors:
        key = _canonical(name)
        if key == _POSITIONS:
            continue
        if key in given or key not in wanted:
            raise _misfit(where, f"has a tensor {name[:100]!r}, which its configuration does not provide for")
        given[key] = name
    for key, (name, parameter) in wanted.items():
        if key not in given:
            raise _misfit(where, f"lacks the tensor {name!r}")
        if tensors.shape(given[key]) != tuple(parameter.shape):
            shapes = f"{list(tensors.shape(given[key]))}, not {list(parameter.shape)}"
            raise _misfit(where, f"has a tensor {name!r} of shape {shapes} as its configuration says")
    state = {name: tensors[given[key]].to(dtype) for key, (name, _) in wanted.items()}
    network.load_state_dict(state, strict=True, assign=True)
    return network


def _canonical(name: str) -> str:
    """Return a tensor's name as all versions of the libraries would have it."""
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    if ".mid_block.attentions." in name:
        for old, new in _OLD_ATTENTION:
            name = name.replace(old, new)
    return name


def _misfit(where: Path, what: str) -> ModelError:
    return ModelError(what, where=Location(where), hint="use a complete model of SDXL's family")
