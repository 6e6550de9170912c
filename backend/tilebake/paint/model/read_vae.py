"""Read a VAE that takes the place of a model's own, from exactly the files that were named and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import AutoencoderKL

from tilebake.errors import Location, ModelError
from tilebake.models.added.vae import VAE, vae_files
from tilebake.models.config_check import read_config
from tilebake.paint.model.build import build_vae, fill
from tilebake.paint.model.bulkhead import guard
from tilebake.paint.model.single_file import convert_vae, refuse_far_more
from tilebake.paint.model.weights_file import open_all

_HINT: Final = "use a VAE for SDXL"
_OF_DIFFUSERS: Final = ("encoder.down_blocks.", "decoder.up_blocks.")


def read_vae(path: Path, own: AutoencoderKL, dtype: torch.dtype) -> AutoencoderKL:
    """Read a VAE in the place of a model's own, whose shape a single file has.

    Raises ModelError for what is none, or decodes other latents.
    """
    files = vae_files(path)
    given: Mapping[str, Any] = own.config if files.config is None else read_config(files.config, VAE)
    with guard(path, "cannot be loaded", _HINT), open_all(files.weights.files) as tensors:
        vae = build_vae(given)
        _refuse_other_latents(path, vae, own)
        refuse_far_more(path, tensors, "", vae)
        is_named_so = any(name.startswith(_OF_DIFFUSERS) for name in tensors)
        named = tensors if is_named_so else convert_vae(tensors, vae.config, prefix="")
        return fill(vae, named, dtype, where=files.weights.files[0])


def _refuse_other_latents(path: Path, vae: AutoencoderKL, own: AutoencoderKL) -> None:
    latents, others = (
        (each.config["latent_channels"], len(each.config["block_out_channels"])) for each in (vae, own)
    )
    if latents != others:
        raise ModelError("decodes other latents than the model's", where=Location(path), hint=_HINT)
