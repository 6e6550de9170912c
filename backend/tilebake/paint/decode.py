"""Decode latents to pixels by the VAE, in float32 where half precision overflows, in tiles where need be."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import nn

from tilebake.errors import BakeError
from tilebake.paint.memory import Fallback, decode_in_tiles, park, run_with_fallbacks
from tilebake.paint.model.load import Components

DARKEST = 3.5  # of 255: a picture that has no brighter pixel is black to every eye
UPCAST = "VAE decoded again in float32"


def decode_image(
    components: Components, latents: torch.Tensor
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Decode latents [1, C, h, w] to a picture float32 [H, W, 3] in 0..1, with the fallbacks it needed.

    Raises MemoryRanOutError when memory runs out all the same, and BakeError when the picture is black or
    not a number.
    """
    if not bool(latents.isfinite().all()):
        raise picture_error(components, "the latents are not numbers (NaN)")
    image, degraded = _decode_with_fallbacks(components, latents)
    if not np.isfinite(image).all() and components.vae.dtype != torch.float32:
        with upcast(components.vae):
            image, more = _decode_with_fallbacks(components, latents)
        degraded = (*degraded, *more, UPCAST)
    if not np.isfinite(image).all():
        raise picture_error(components, "the decoded picture is not numbers (NaN)")
    image = (image / 2 + 0.5).clip(0, 1)
    if image.max() * 255 < DARKEST:  # in the pixels that would be published, not before they are rounded
        raise picture_error(components, "the decoded picture is black all over")
    return image, tuple(dict.fromkeys(degraded))


def _decode_with_fallbacks(
    components: Components, latents: torch.Tensor
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    others = (components.unet, components.text_encoder, components.text_encoder_2)
    may_park = components.device.type != "cpu" and not components.degraded
    fallbacks = [
        *([Fallback("other models parked while decoding", lambda: park(*others))] if may_park else []),
        Fallback("decoded in tiles", lambda: decode_in_tiles(components.vae)),
    ]
    return run_with_fallbacks(lambda: decode_once(components.vae, latents), fallbacks, "decode the picture")


def decode_once(vae: AutoencoderKL, latents: torch.Tensor) -> NDArray[np.float32]:
    """Decode latents [1, C, h, w] as the VAE does: [H, W, 3] in -1..1 or so, perhaps NaN."""
    # the annotation of `decode` asks for a FloatTensor, which no bfloat16 or GPU tensor is
    with torch.no_grad():
        image = cast("Any", vae).decode(denormalise(vae, latents.to(vae.dtype)), return_dict=False)[0]
    return image[0].permute(1, 2, 0).float().cpu().numpy()


def denormalise(vae: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    """Bring latents of unit variance, as the UNet sees them, back to the VAE's own scale."""
    mean, deviation = vae.config["latents_mean"], vae.config["latents_std"]
    scaling_factor = vae.config["scaling_factor"]
    if mean is None or deviation is None:
        return latents / scaling_factor
    shape = (1, -1, 1, 1)
    return latents * latents.new_tensor(deviation).view(shape) / scaling_factor + latents.new_tensor(
        mean
    ).view(shape)


@contextmanager
def upcast(vae: nn.Module) -> Generator[None]:
    """Compute in float32 for a while, where half precision overflows."""
    before = next(vae.parameters()).dtype
    nn.Module.to(vae, torch.float32)  # diffusers' own `to` warns of every cast
    try:
        yield
    finally:
        nn.Module.to(vae, before)


def picture_error(components: Components, what: str) -> BakeError:
    """Return the error of a picture that is no picture, with what to do about it."""
    if components.dtype == torch.float32:
        return BakeError(what, hint="the model's weights are broken: fetch them anew, or try another model")
    return BakeError(what, hint="the model overflows in half precision: bake with `--dtype float32`")
