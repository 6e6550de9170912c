"""Load one .safetensors checkpoint in SDXL's original layout, without the network.

Such a file holds the weights and nothing else. SDXL's configurations ship in `sdxl_config/`; a folder
NAME.config beside NAME.safetensors takes their place for a relative of another shape. CLIP's vocabulary is
looked for beside the file, then in every model of the local hub cache.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from tilebake.errors import Location, ModelError
from tilebake.models.config_check import read_config
from tilebake.models.labels.label import read_label
from tilebake.models.labels.noise import schedule_changes
from tilebake.models.model_file import read_json
from tilebake.models.reference import checkpoint_files
from tilebake.models.vocabulary import PAD_TOKENS
from tilebake.paint.model.build import (
    build_text_encoder,
    build_text_encoder_2,
    build_unet,
    build_vae,
    fill,
)
from tilebake.paint.model.components import Parts, read_noise_schedule
from tilebake.paint.model.tokenizers import make_tokenizer
from tilebake.paint.model.weights_file import StoredTensors, open_all

UNET_PREFIX: Final = "model.diffusion_model."
VAE_PREFIX: Final = "first_stage_model."
CLIP_PREFIX: Final = "conditioner.embedders.0.transformer."
OPEN_CLIP_PREFIX: Final = "conditioner.embedders.1.model."


class Converted(dict[str, torch.Tensor]):
    """Hold tensors by the names that diffusers and transformers give them."""

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape."""
        return tuple(self[name].shape)


def load_single_file(file: Path, dtype: torch.dtype) -> Parts:
    """Read the parts of a single-file checkpoint. Raises ModelError where CLIP's vocabulary is missing."""
    files = checkpoint_files(file)
    configs = {name: read_config(path, name) for name, path in files.configs.items()}
    tokenizers = {
        name: make_tokenizer(files.tokenizer, configs[f"text_encoder{name.removeprefix('tokenizer')}"], pad)
        for name, pad in PAD_TOKENS.items()
    }
    schedule, index = read_noise_schedule(files.scheduler), read_json(files.index_file)
    with open_all([files.weights]) as tensors:
        unet, vae = build_unet(configs["unet"]), build_vae(configs["vae"])
        clip, open_clip = (
            build_text_encoder(configs["text_encoder"]),
            build_text_encoder_2(configs["text_encoder_2"]),
        )
        networks = {UNET_PREFIX: unet, VAE_PREFIX: vae, CLIP_PREFIX: clip, OPEN_CLIP_PREFIX: open_clip}
        for prefix, network in networks.items():
            refuse_far_more(file, tensors, prefix, network)
        return Parts(
            unet=fill(unet, _unet(tensors, unet.config), dtype, where=file),
            vae=fill(vae, convert_vae(tensors, vae.config), dtype, where=file),
            text_encoder=fill(clip, _clip(tensors), dtype, where=file),
            text_encoder_2=fill(open_clip, _open_clip(tensors, open_clip), dtype, where=file),
            tokenizer=tokenizers["tokenizer"],
            tokenizer_2=tokenizers["tokenizer_2"],
            scheduler_config={
                **schedule,
                **schedule_changes(tuple(tensors), read_label(file).metadata),
            },
            force_zeros_for_empty_prompt=bool(index.get("force_zeros_for_empty_prompt", True)),
        )


def refuse_far_more(file: Path, names: Iterable[str], prefix: str, network: nn.Module) -> None:
    """Raise ModelError for far more tensors than a network has.

    Diffusers' conversion takes time by the square of their number: with 20,000 empty ones, minutes.
    """
    count, provided = sum(name.startswith(prefix) for name in names), len(network.state_dict())
    if count > 2 * provided:
        raise ModelError(
            f"has {count:,} tensors {prefix}*, and its configuration provides for {provided:,}",
            where=Location(file),
            hint="use a complete model of SDXL's family",
        )


def _below(tensors: StoredTensors, prefix: str) -> dict[str, torch.Tensor]:
    return {name: tensors[name] for name in tensors if name.startswith(prefix)}


def _unet(tensors: StoredTensors, config: Mapping[str, Any]) -> Converted:
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint

    return Converted(convert_ldm_unet_checkpoint(_below(tensors, UNET_PREFIX), dict(config)))


def convert_vae(tensors: StoredTensors, config: Mapping[str, Any], prefix: str = VAE_PREFIX) -> Converted:
    """Give a VAE's tensors below a prefix the names that diffusers has for them."""
    from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

    return Converted(convert_ldm_vae_checkpoint(_below(tensors, prefix), dict(config)))


def _clip(tensors: StoredTensors) -> Converted:
    return Converted(
        {name.removeprefix(CLIP_PREFIX): tensor for name, tensor in _below(tensors, CLIP_PREFIX).items()}
    )


def _open_clip(tensors: StoredTensors, network: nn.Module) -> Converted:
    from diffusers.loaders.single_file_utils import convert_open_clip_checkpoint

    return Converted(
        convert_open_clip_checkpoint(network, _below(tensors, OPEN_CLIP_PREFIX), prefix=OPEN_CLIP_PREFIX)
    )
