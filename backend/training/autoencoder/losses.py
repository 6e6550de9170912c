"""What the autoencoder is trained to keep of a picture."""

import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from torch import Tensor
from torch.nn.functional import avg_pool2d, l1_loss, mse_loss

SCALES = 4
KL_WEIGHT = 2e-4
LATENT = 8  # pixels along a latent's edge
FAINT = 0.01  # mean difference between neighbouring pixels under which nothing can be seen


def detail_loss(decoded: Tensor, painted: Tensor, detail: float) -> Tensor:
    """Squared and absolute error, and `detail` times the error of the differences, at four scales.

    Squares bring the broad colours in first; differences then make edges count as much as colour.
    """
    loss = torch.zeros(())
    for _ in range(SCALES):
        loss = loss + 4 * mse_loss(decoded, painted) + l1_loss(decoded, painted)
        for axis in (2, 3):
            loss = loss + detail * l1_loss(decoded.diff(dim=axis), painted.diff(dim=axis))
        decoded, painted = avg_pool2d(decoded, 2), avg_pool2d(painted, 2)
    return loss


def spread_loss(posterior: DiagonalGaussianDistribution) -> Tensor:
    """A little of the divergence from a standard normal, a latent: it keeps the latents near each other."""
    return KL_WEIGHT * posterior.kl().sum() / posterior.mean.numel()


def lattice_loss(decoded: Tensor, painted: Tensor) -> Tensor:
    """How unevenly contrast is spread over the places within a latent's edge, against the painted pictures.

    A decoder is inclined to draw its latents' borders: no error of single pixels shows that, the mean
    contrast by place does. Only its spread is compared: asked for more contrast as well, a decoder would
    learn to weave it everywhere. Pictures [B, 3, 8h, 8w].
    """
    loss = torch.zeros(())
    for axis in (2, 3):
        ratio = _contrast(decoded, axis) / _contrast(painted, axis)
        loss = loss + (ratio / ratio.mean() - 1).abs().mean()
    return loss


def _contrast(pictures: Tensor, axis: int) -> Tensor:
    """Mean differences of neighbours along an axis, by their place within a latent's edge: [8]."""
    lines = pictures.diff(dim=axis).abs().mean(dim=[each for each in range(4) if each != axis]) + FAINT
    return torch.stack([lines[place::LATENT].mean() for place in range(LATENT)])
