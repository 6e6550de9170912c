"""What the autoencoder is trained to keep of a picture."""

import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from torch import Tensor
from torch.nn.functional import avg_pool2d, l1_loss, mse_loss

SCALES = 4
KL_WEIGHT = 2e-4


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
