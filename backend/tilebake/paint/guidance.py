"""Guide classifier-free (Ho & Salimans 2022, arXiv:2207.12598), with a scale of its own for broad colours."""

from typing import Final

from torch import Tensor, finfo
from torch.nn.functional import avg_pool2d

from tilebake.level.torus.wrap import NO_WRAP, WrapAxes
from tilebake.paint.torus.circular import pad_around

BROAD: Final = 5  # latents: what is as wide as that, or wider, is colour and light; the rest is texture


def guide(uncond: Tensor, cond: Tensor, scale: float, scale_low: float, axes: WrapAxes = NO_WRAP) -> Tensor:
    """Lead a prediction [1, C, h, w] from the uncond branch to the cond branch, and beyond.

    Two scales as in Sadat et al. 2025 (arXiv:2506.19713), who part the frequencies by a pyramid; here it is
    the mean over `BROAD` latents. One scale high enough for texture drives dark terrains to black.
    Along `axes` the picture wraps around.
    """
    difference = cond - uncond
    if scale_low == scale:
        return uncond + scale * difference
    broad = broad_part(difference, axes)
    return cond + (scale_low - 1) * broad + (scale - 1) * (difference - broad)


def broad_part(latents: Tensor, axes: WrapAxes = NO_WRAP) -> Tensor:
    """Return what is broad in latents [1, C, h, w]: the mean over `BROAD` of them around each."""
    across, down = (BROAD // 2 * wraps for wraps in axes)
    around = pad_around(latents, across, down)
    padding = BROAD // 2 - down, BROAD // 2 - across
    return avg_pool2d(around, BROAD, stride=1, padding=padding, count_include_pad=False)


def rescale(guided: Tensor, cond: Tensor, share: float) -> Tensor:
    """Scale a guided prediction [1, C, h, w] back to the contrast of its cond branch, in a share.

    Lin et al. 2024 (arXiv:2305.08891), section 3.4: guidance makes predictions larger, and where the first
    step is pure noise, colours burn out. A share of 0 leaves it as it is.
    """
    if share == 0:
        return guided
    axes = (1, 2, 3)
    smallest = finfo(guided.dtype).tiny
    factor = cond.std(axes, keepdim=True) / guided.std(axes, keepdim=True).clamp(min=smallest)
    return share * guided * factor + (1 - share) * guided
