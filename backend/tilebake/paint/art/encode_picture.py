"""Encode a picture to latents by the VAE, as img2img does: by the mode, so that it draws no noise."""

from typing import Any, cast

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray

from tilebake.paint.decode import picture_error, upcast
from tilebake.paint.memory import Fallback, decode_in_tiles, run_with_fallbacks
from tilebake.paint.model.load import Components


def encode_picture(components: Components, image: NDArray[np.float32]) -> torch.Tensor:
    """Encode a picture [H, W, 3] in 0..1 to latents as the UNet sees them: float32 [1, C, h, w], on the CPU.

    Raises MemoryRanOutError when memory runs out in tiles too, and BakeError when no numbers come out.
    """
    scaled = torch.from_numpy(2 * image - 1).permute(2, 0, 1)[None].to(components.device)
    latents = _encode_with_fallbacks(components.vae, scaled)
    if not bool(latents.isfinite().all()) and components.vae.dtype != torch.float32:
        with upcast(components.vae):
            latents = _encode_with_fallbacks(components.vae, scaled)
    if not bool(latents.isfinite().all()):
        raise picture_error(components, "the encoded picture is not numbers (NaN)")
    return latents.float().cpu()


def _encode_with_fallbacks(vae: AutoencoderKL, scaled: torch.Tensor) -> torch.Tensor:
    tiled = Fallback("encoded in tiles", lambda: decode_in_tiles(vae))
    return run_with_fallbacks(lambda: _encode_once(vae, scaled), [tiled], "encode the picture")[0]


def _encode_once(vae: AutoencoderKL, scaled: torch.Tensor) -> torch.Tensor:
    # the annotation of `encode` asks for a FloatTensor, which no bfloat16 or GPU tensor is
    with torch.no_grad():
        found = cast("Any", vae).encode(scaled.to(vae.dtype)).latent_dist.mode()
    return normalise(vae, found)


def normalise(vae: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    """Bring the VAE's own latents [1, C, h, w] to the unit variance that the UNet sees."""
    mean, deviation = vae.config["latents_mean"], vae.config["latents_std"]
    scaling_factor = vae.config["scaling_factor"]
    if mean is None or deviation is None:
        return latents * scaling_factor
    shape = (1, -1, 1, 1)
    centred = latents - latents.new_tensor(mean).view(shape)
    return centred * scaling_factor / latents.new_tensor(deviation).view(shape)
