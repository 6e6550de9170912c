"""The critic that knows which terrain should be where: it judges texture and colour by terrain."""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, leaky_relu, relu
from torch.nn.utils import spectral_norm
from torch.optim import Optimizer

TOLD: Final = 16  # channels that tell the terrain


class PlaceCritic(nn.Module):
    """Judges patches of about 40 and 80 pixels (PatchGAN, arXiv 1611.07004), told the terrains there."""

    def __init__(self, terrains: int, width: int = 32) -> None:
        super().__init__()
        self.near, self.far = Eye(terrains, width), Eye(terrains, width)

    def forward(self, pictures: Tensor, labels: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Verdicts [B, 1, h, w] (higher is "painted") and features, by scale. labels: [B, H / 8, W / 8]."""
        near, features = self.near(pictures, labels)
        far, more = self.far(avg_pool2d(pictures, 2), labels)
        return [near, far], features + more


class Eye(nn.Module):
    """A critic of one scale. What it is told weighs in twice: beside features, and projected (1802.05637)."""

    def __init__(self, terrains: int, width: int) -> None:
        super().__init__()
        self.told, self.asked = nn.Embedding(terrains, TOLD), nn.Embedding(terrains, 4 * width)
        self.first = spectral_norm(nn.Conv2d(3, width, 4, stride=2, padding=1))
        self.second = spectral_norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1))
        self.third = spectral_norm(nn.Conv2d(2 * width + TOLD, 4 * width, 5, padding=2))
        self.last = spectral_norm(nn.Conv2d(4 * width, 1, 1))
        nn.init.zeros_(self.asked.weight)

    def forward(self, pictures: Tensor, labels: Tensor) -> tuple[Tensor, list[Tensor]]:
        """A verdict [B, 1, h, w], and the features on the way."""
        one = leaky_relu(self.first(pictures), 0.2)
        two = leaky_relu(self.second(one), 0.2)
        told = _spread(self.told(labels), two)
        three = leaky_relu(self.third(torch.cat([two, told], dim=1)), 0.2)
        asked = _spread(self.asked(labels), three)
        return self.last(three) + (three * asked).mean(dim=1, keepdim=True), [one, two, three]


def _spread(told: Tensor, over: Tensor) -> Tensor:
    """What is told of each latent [B, h, w, C], at the size of a feature map."""
    return interpolate(told.permute(0, 3, 1, 2), size=over.shape[2:], mode="nearest")


def teach(
    critic: PlaceCritic, optimiser: Optimizer, decoded: Tensor, painted: Tensor, labels: Tensor
) -> Tensor:
    """One step of the critic (hinge loss, arXiv 1705.02894); returns its loss."""
    fake, real = critic(decoded, labels)[0], critic(painted, labels)[0]
    loss = torch.zeros(())
    for ours, theirs in zip(fake, real, strict=True):
        loss = loss + (relu(1 + ours).mean() + relu(1 - theirs).mean()) / len(fake)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    return loss.detach()


def praise(verdicts: list[Tensor]) -> Tensor:
    """How convincing each picture is to the critic, [B]."""
    return torch.stack([each.mean(dim=(1, 2, 3)) for each in verdicts]).mean(dim=0)


def unlike(ours: list[Tensor], theirs: list[Tensor], pooled: int) -> Tensor:
    """How far features are apart, each picture's, [B]: in the mean and deviation of squares of `pooled`."""
    out = torch.zeros(len(ours[0]))
    for a, b in zip(ours, theirs, strict=True):
        out = out + (_mean(a, pooled) - _mean(b, pooled)).abs().mean(dim=(1, 2, 3))
        if pooled > 1:
            out = out + (_spread_of(a, pooled) - _spread_of(b, pooled)).abs().mean(dim=(1, 2, 3))
    return out / len(ours)


def _mean(features: Tensor, pooled: int) -> Tensor:
    return avg_pool2d(features, pooled, ceil_mode=True) if pooled > 1 else features


def _spread_of(features: Tensor, pooled: int) -> Tensor:
    mean = avg_pool2d(features, pooled, ceil_mode=True)
    return (avg_pool2d(features**2, pooled, ceil_mode=True) - mean**2).clamp(min=1e-6).sqrt()
