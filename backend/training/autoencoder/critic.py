"""The critic that the decoder is sharpened against."""

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss, leaky_relu, relu
from torch.nn.utils import spectral_norm
from torch.optim import Optimizer

from training.precision import fastest

MATCH_WEIGHT, PRAISE_WEIGHT = 2.0, 0.06


class Critic(nn.Module):
    """Judges whether each patch of about 30 pixels is painted or decoded (PatchGAN, arXiv 1611.07004)."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        sizes = ((3, width, 2), (width, 2 * width, 2), (2 * width, 4 * width, 1))
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(a, b, 4, stride=stride, padding=1)) for a, b, stride in sizes
        )
        self.last = spectral_norm(nn.Conv2d(4 * width, 1, 4, padding=1))

    def forward(self, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Verdicts [B, 1, h, w] (higher is "painted"), and the features on the way."""
        features: list[Tensor] = []
        for layer in self.layers:
            pictures = leaky_relu(layer(pictures), 0.2)
            features.append(pictures)
        return self.last(pictures), features


def teach(critic: Critic, optimiser: Optimizer, decoded: Tensor, painted: Tensor) -> Tensor:
    """One step of the critic (hinge loss, arXiv 1705.02894); returns its loss."""
    with fastest():
        fake, real = critic(decoded)[0].float(), critic(painted)[0].float()
    loss = relu(1 + fake).mean() + relu(1 - real).mean()
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    return loss.detach()


def critic_loss(critic: Critic, decoded: Tensor, painted: Tensor) -> Tensor:
    """How far the decoded pictures are from convincing: features that differ, less the critic's praise."""
    with fastest():
        verdict, features = critic(decoded)
        _, wanted = critic(painted)
    match = torch.zeros(())
    for ours, theirs in zip(features, wanted, strict=True):
        match = match + l1_loss(ours.float(), theirs.detach().float())
    return MATCH_WEIGHT * match - PRAISE_WEIGHT * verdict.float().mean()
