"""Take a model's decoder statistics from a swatch: a small picture of terrain, the same for all maps.

They may not come from the map that is decoded, or an edit in one corner would change colours in all others.
"""

from importlib.resources import files
from typing import Any, Final, cast

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image

from tilebake.paint.progress_image import on_device_of
from tilebake.paint.windows.frozen_norms import FrozenStatistics, collect_statistics

SWATCH: Final = "swatch.png"  # 256 by 256 pixels out of paintings of the embedded model


def swatch_statistics(vae: AutoencoderKL) -> FrozenStatistics:
    """Return the statistics of a decoder's norms while it decodes the swatch: of the same model, the same."""
    with files("tilebake.paint.windows").joinpath(SWATCH).open("rb") as file, Image.open(file) as picture:
        pixels = np.asarray(picture.convert("RGB"), np.float32) / 127.5 - 1
    image = on_device_of(vae, torch.from_numpy(pixels).permute(2, 0, 1)[None].to(vae.dtype))
    model = cast("Any", vae)  # whose annotations ask for FloatTensors, which no bfloat16 tensor is
    with torch.no_grad():
        latents = model.encode(image).latent_dist.mode()
    return collect_statistics(vae.decoder, lambda: model.decode(latents, return_dict=False))
