"""Read the pictures that a map is to look like, by the model's IP-Adapter."""

from dataclasses import replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from tilebake.errors import ModelError
from tilebake.level.art.own_picture import OwnPicture
from tilebake.level.art.references import ReferencePicture
from tilebake.level.tilemap import TileMap
from tilebake.paint.art.lay_on_canvas import fill_holes
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.references.image_adapter import ImageTokens
from tilebake.paint.references.image_prompts import AdapterPrompts, WeighedTokens

# of the pictures that CLIP was trained with (Radford et al. 2021, arXiv:2103.00020), by channel
MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
DEVIATION: Final = (0.26862954, 0.26130258, 0.27577711)


def with_references(conditioning: Conditioning, components: Components, tilemap: TileMap) -> Conditioning:
    """Return a map's conditioning with what it is to look like. Raises ModelError without an adapter."""
    adapter, references = components.adapter, tilemap.references
    if adapter is None:
        raise ModelError(
            "the map is to look like a picture, and the model was loaded without an IP-Adapter",
            hint='name one by the setting "ip_adapter"',
        )
    kept: dict[str, ImageTokens] = {}

    def read(reference: ReferencePicture | None) -> WeighedTokens | None:
        if reference is None:
            return None
        picture = reference.picture
        if picture.digest not in kept:
            pixels = clip_pixels(picture, adapter.image_size)
            with torch.no_grad():
                kept[picture.digest] = adapter.read(pixels.to(components.device, components.dtype))
        return WeighedTokens(kept[picture.digest], reference.weight)

    regions = tuple(read(references.terrains.get(terrain.name)) for terrain in tilemap.terrains)
    return replace(conditioning, images=AdapterPrompts(adapter, read(references.whole), regions))


def cut_middle(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut the middle out of a picture [h, w, 4] that is long: four times its shorter side are kept.

    CLIP reads the middle square, and all of a line of 16,384 by 1 pixels would be scaled to gigabytes.
    """
    longest = 4 * min(pixels.shape[:2])
    top, left = (max(0, side - longest) // 2 for side in pixels.shape[:2])
    return pixels[top : top + longest, left : left + longest]


def clip_pixels(picture: OwnPicture, side: int) -> torch.Tensor:
    """Make of a picture what CLIP reads: [1, 3, side, side].

    Its shorter side is scaled to `side` (bicubic), and its middle is cut out. Holes take the nearest colours.
    """
    pixels = cut_middle(picture.pixels())
    if pixels[..., 3].min() == 255:
        colours = pixels[..., :3]
    else:
        colours = np.rint(255 * fill_holes(pixels)).clip(0, 255).astype(np.uint8)
    height, width = colours.shape[:2]
    shorter = min(width, height)
    size = side * width // shorter, side * height // shorter
    scaled = Image.fromarray(colours).resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    shares = np.asarray(scaled.crop((left, top, left + side, top + side)), np.float32) / 255
    normal = (shares - np.array(MEAN, np.float32)) / np.array(DEVIATION, np.float32)
    return torch.from_numpy(np.ascontiguousarray(normal.transpose(2, 0, 1)))[None]
