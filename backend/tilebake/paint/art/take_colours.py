"""Give a finished painting the broad colours of the art that it began from.

Denoising leads a painting back to the colours that its words have, the more noise the art was put under. The
broad part of its latents is colour and light, and is taken from the art, as in ILVR (Choi et al. 2021,
arXiv:2108.02938), but once, at the end: shapes and texture stay the painting's.
"""

from typing import NamedTuple

import torch

from tilebake.level.torus.wrap import NO_WRAP, WrapAxes
from tilebake.paint.guidance import broad_part


class Colours(NamedTuple):
    """Hold latents whose colours a painting takes, and where."""

    latents: torch.Tensor  # [1, C, h, w], without noise
    is_there: torch.Tensor  # [1, 1, h, w]: where there is art


def take_colours(painted: torch.Tensor, colours: Colours, axes: WrapAxes = NO_WRAP) -> torch.Tensor:
    """Return painted latents [1, C, h, w] with the broad part of others, where these count.

    What lies where they do not count changes nothing around it. Along `axes` the picture wraps around.
    """
    counts = colours.is_there.to(painted)
    difference = broad_part(counts * (colours.latents.to(painted) - painted), axes)
    share = broad_part(counts, axes)
    return painted + torch.where(counts > 0, difference / share.clamp(min=1e-6), 0)
