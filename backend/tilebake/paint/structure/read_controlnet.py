"""Read a ControlNet from exactly the files that were named and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import ControlNetModel, UNet2DConditionModel

from tilebake.errors import Location, ModelError
from tilebake.level.canvas import LATENT
from tilebake.models.added.controlnet import CONTROLNET, FAMILY, controlnet_files
from tilebake.models.config_check import read_config
from tilebake.paint.model.build import fill, known_parameters, without_weights
from tilebake.paint.model.bulkhead import guard
from tilebake.paint.model.weights_file import open_all

_SHARED: Final = (  # which both networks have alike, so that features of one can be added to the other's
    *("in_channels", "block_out_channels", "layers_per_block", "cross_attention_dim"),
    *("addition_embed_type", "addition_time_embed_dim", "projection_class_embeddings_input_dim"),
)


def read_controlnet(path: Path, unet: UNet2DConditionModel, dtype: torch.dtype) -> ControlNetModel:
    """Read a ControlNet for a UNet, whose shape a single file has.

    Raises ModelError for what is none, or does not fit.
    """
    files = controlnet_files(path)
    with guard(path, "cannot be loaded", FAMILY), open_all(files.weights.files) as tensors:
        if files.config is None:
            network = without_weights(lambda: ControlNetModel.from_unet(unet, load_weights_from_unet=False))
        else:
            network = _build(read_config(files.config, CONTROLNET))
        _refuse_misfit(path, network.config, unet.config)
        return fill(network, tensors, dtype, where=files.weights.files[0])


def _build(config: Mapping[str, Any]) -> ControlNetModel:
    return without_weights(lambda: ControlNetModel(**known_parameters(ControlNetModel, config)))


def _refuse_misfit(path: Path, own: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    """Raise ModelError for a ControlNet of another kind of model."""
    for name in _SHARED:
        its, the_models = (_plain(each[name]) for each in (own, model))
        if its != the_models:
            what = f"does not fit the model: its {name} is {its}, and the model's {the_models}"
            raise ModelError(what, where=Location(path), hint=FAMILY)
    halved = 2 ** (len(own["conditioning_embedding_out_channels"]) - 1)
    if halved != LATENT:
        what = f"reads pictures {halved} times as large as latents; they are {LATENT} times as large"
        raise ModelError(what, where=Location(path), hint=FAMILY)


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
