"""Muon: steps along orthogonal matrices, and AdamW for the rest."""

import pytest
import torch
from torch import nn

from training.unet.muon import Rates, Step, is_matrix, orthogonal

RATES = Rates(matrices=1e-2, rest=1e-3, decay=0.0)


@pytest.mark.parametrize("shape", [(24, 60), (60, 24), (32, 8, 3, 3)])
def test_the_direction_is_the_nearest_orthogonal_matrix_roughly(shape: tuple[int, ...]) -> None:
    """Literally: of the gradient's singular values all become 1."""
    gradient = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    u, _, v = torch.linalg.svd(gradient.flatten(1), full_matrices=False)
    found = orthogonal(gradient)
    assert found.shape == gradient.shape
    assert torch.cosine_similarity(found.flatten(), (u @ v).flatten(), dim=0) > 0.9
    values = torch.linalg.svdvals(found.flatten(1))
    assert values.max() < 1.6


def test_a_matrix_moves_by_its_rate_however_long_the_gradient() -> None:
    moved: list[torch.Tensor] = []
    for length in (1e-3, 1e3):
        parameter = nn.Parameter(torch.zeros(16, 64))
        gradient = torch.randn(16, 64, generator=torch.Generator().manual_seed(1))
        Step("conv1.weight", parameter).take(gradient * length, RATES, 0)
        moved.append(parameter.detach())
    torch.testing.assert_close(moved[0], moved[1], rtol=1e-3, atol=1e-6)
    assert moved[0].square().mean().sqrt() == pytest.approx(0.2 * RATES.matrices, rel=0.25)


def test_what_is_no_matrix_moves_as_with_adamw() -> None:
    theirs = nn.Parameter(torch.ones(5))
    ours = nn.Parameter(torch.ones(5))
    optimiser = torch.optim.AdamW([theirs], lr=RATES.rest, betas=(0.9, 0.99), weight_decay=0)
    step = Step("norm.weight", ours)
    for count in range(4):
        gradient = torch.randn(5, generator=torch.Generator().manual_seed(count))
        theirs.grad = gradient
        optimiser.step()
        step.take(gradient, RATES, count)
    torch.testing.assert_close(ours, theirs)


def test_the_first_and_the_last_kernel_are_left_to_adamw() -> None:
    kernel = torch.zeros(8, 8, 3, 3)
    assert is_matrix("down_blocks.0.resnets.0.conv1.weight", kernel)
    assert not is_matrix("conv_in.weight", kernel)
    assert not is_matrix("conv_out.weight", kernel)
    assert not is_matrix("down_blocks.0.resnets.0.conv1.bias", kernel[:, 0, 0, 0])
