"""Losses for pictures that lie alike and differ in detail: the decoder shall paint like the teacher.

Where the UNet has painted anew, no pixel of its latents tells where the teacher's blades and caustics were.
There an error of pixels asks for the mean of all of them. What can be asked is colour at large, how loud each
band is around each place, and what the critic says.
"""

from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

BROAD: Final = 16  # pixels: colour at large is what is left when squares of so many are averaged
WINDOW: Final = 32  # pixels around a place over which loudness is averaged
BANDS: Final = 4
FAINT: Final = 0.01  # loudness under which nothing can be seen


def detail_error(decoded: Tensor, painted: Tensor) -> Tensor:
    """Each picture's own `losses.detail_loss`, by scale from fine to coarse, [B, BANDS]."""
    out, difference = list[Tensor](), decoded - painted
    for _ in range(BANDS):
        error = 4 * (difference**2).mean(dim=(1, 2, 3)) + difference.abs().mean(dim=(1, 2, 3))
        for axis in (2, 3):
            error = error + difference.diff(dim=axis).abs().mean(dim=(1, 2, 3))
        out.append(error)
        difference = avg_pool2d(difference, 2)
    return torch.stack(out, dim=1)


def broad_error(decoded: Tensor, painted: Tensor) -> Tensor:
    """Each picture's error of colour at large, [B]."""
    return avg_pool2d(decoded - painted, BROAD).abs().mean(dim=(1, 2, 3))


def loudness_error(decoded: Tensor, painted: Tensor) -> Tensor:
    """Each picture's error of how loud each band of each colour is around each place: [B], 0.7 is twofold."""
    out, window = torch.zeros(len(decoded)), WINDOW
    for _ in range(BANDS):
        smaller, wanted = avg_pool2d(decoded, 2), avg_pool2d(painted, 2)
        ours, theirs = _loudness(decoded, smaller, window), _loudness(painted, wanted, window)
        out = out + (ours / theirs).log().abs().mean(dim=(1, 2, 3)) / BANDS
        decoded, painted, window = smaller, wanted, window // 2
    return out


def _loudness(pictures: Tensor, smaller: Tensor, window: int) -> Tensor:
    """Of one band of a Laplacian pyramid, around each place."""
    band = opponent(pictures) - interpolate(opponent(smaller), scale_factor=2, mode="bilinear")
    return avg_pool2d(band.abs(), window, stride=window // 2) + FAINT


def opponent(pictures: Tensor) -> Tensor:
    """Lightness, red against green and yellow against blue, the latter two half as loud."""
    red, green, blue = pictures.unbind(dim=1)
    light = 0.3 * red + 0.59 * green + 0.11 * blue
    return torch.stack([light, (red - green) / 2, (red + green) / 4 - blue / 2], dim=1)
