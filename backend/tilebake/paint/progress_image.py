"""Paint the picture as the model sees it between two steps: small, cheap, and only if somebody asks.

At every step the model predicts what noise is left, and with it the picture without that noise. The
latents of that picture are averaged down before they are decoded, so that the VAE has little to do.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch.nn.functional import interpolate

from tilebake.errors import BakeError
from tilebake.paint.decode import decode_once
from tilebake.paint.memory import is_out_of_memory, release
from tilebake.paint.picture import to_pixels
from tilebake.paint.schedulers import LEAST_SHARE, DiffusersScheduler

LONGEST = 32  # latent pixels along the longer side


class Estimate(NamedTuple):
    """Hold what one step knew: enough to estimate the clean latents."""

    model_input: torch.Tensor  # [1, C, h, w]: √ᾱ · clean + √(1 - ᾱ) · noise, whatever the scheduler
    predicted: torch.Tensor  # [1, C, h, w]: noise, velocity or clean latents, as the model was trained
    scheduler: DiffusersScheduler
    timestep: torch.Tensor  # on the CPU

    def latents(self) -> torch.Tensor:
        """Estimate the clean latents [1, C, h, w] (Ho et al. 2020; Salimans & Ho 2022)."""
        scheduler: Any = self.scheduler
        alphas: torch.Tensor = scheduler.alphas_cumprod
        share = float(alphas[round(float(self.timestep))].clamp(min=LEAST_SHARE))
        signal, noise = share**0.5, (1 - share) ** 0.5
        match scheduler.config.prediction_type:
            case "sample":
                return self.predicted
            case "v_prediction":
                return signal * self.model_input - noise * self.predicted
            case _:
                return (self.model_input - noise * self.predicted) / signal


def paint_progress_image(vae: AutoencoderKL, estimate: Estimate) -> NDArray[np.uint8]:
    """Paint the picture [h, w, 3] of one step, at most 32 latent pixels wide and high.

    Raises BakeError when memory runs out, and leaves the bake to go on without.
    """
    return decode_small(vae, smaller(estimate.latents()))


def decode_small(vae: AutoencoderKL, latents: torch.Tensor) -> NDArray[np.uint8]:
    """Decode a few latents [1, C, h, w] to a picture [H, W, 3]. Raises BakeError when memory runs out."""
    try:
        image = decode_once(vae, on_device_of(vae, latents))
        return to_pixels(np.nan_to_num(image / 2 + 0.5).clip(0, 1))
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
    release()  # outside `except`, where no traceback keeps tensors alive
    raise BakeError("not enough memory for a progress image", hint="close other programs")


def smaller(latents: torch.Tensor) -> torch.Tensor:
    """Average latents [1, C, h, w] to at most LONGEST along the longer side."""
    height, width = latents.shape[-2:]
    if max(height, width) <= LONGEST:
        return latents
    scale = LONGEST / max(height, width)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    return interpolate(latents.float(), size=size, mode="area").to(latents.dtype)


def on_device_of(vae: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    """Move latents to where the VAE is now, for it may be parked; streamed weights come to the latents."""
    device = next(vae.parameters()).device
    return latents if device.type == "meta" else latents.to(device)
