"""The sheet that a checkpoint is judged by: how it samples, and what its figures say."""

from typing import cast

import pytest
import torch

from training.unet import shape
from training.unet.sheet import COLUMNS, Guided, karras, likeness, picture, sampled


class Knowing:
    """A model that knows what will be painted."""

    alphas = shape.scheduler().alphas_cumprod

    def __init__(self, wanted: torch.Tensor) -> None:
        self.wanted, self.sigmas = wanted, list[float]()

    def clean(self, noisy: torch.Tensor, sigma: float) -> torch.Tensor:
        self.sigmas.append(sigma)
        return self.wanted + 0 * noisy


def test_sampling_ends_where_the_model_points() -> None:
    knowing = Knowing(torch.randn(2, 8, 4, 4))
    found = sampled(cast("Guided", knowing), (2, 8, 4, 4), 6, torch.Generator().manual_seed(0))
    torch.testing.assert_close(found, knowing.wanted)
    assert knowing.sigmas == karras(6, knowing.sigmas[0])[:-1]
    assert knowing.sigmas == sorted(knowing.sigmas, reverse=True)


def test_what_is_alike_has_figures_of_one() -> None:
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    same = likeness(pictures, pictures)
    assert same.bands == [1.0] * 4
    assert (same.colour, same.chroma) == (0.0, 1.0)
    grey = pictures.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    assert likeness(grey, pictures).chroma < 0.2
    assert likeness(pictures / 2, pictures).bands == pytest.approx([0.5] * 4)
    assert likeness(pictures + 0.2, pictures).colour > 5


def test_tiles_stand_in_rows() -> None:
    tiles = torch.linspace(-1, 1, COLUMNS + 1).view(-1, 1, 1, 1).expand(-1, 3, 4, 4)
    found = picture(tiles)
    assert found.shape == (2, 4, 4 * COLUMNS, 3)
    assert found[0, 0, 0, 0] == 0
    assert found[1, 3, 3, 0] == 255
    assert found[1, 0, 4:].max() == 0
