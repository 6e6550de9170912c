"""Guidance: the formula of one scale, and of one for broad colours and one for textures."""

import pytest
import torch

from tilebake.paint.guidance import BROAD, guide, rescale


@pytest.fixture
def predictions() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    negative, positive = torch.randn(2, 1, 4, 11, 14, generator=generator)
    return negative, positive


def test_one_scale_is_plain_guidance(predictions: tuple[torch.Tensor, torch.Tensor]) -> None:
    negative, positive = predictions
    torch.testing.assert_close(
        guide(negative, positive, 4.0, 4.0), negative + 4.0 * (positive - negative), rtol=0, atol=0
    )
    torch.testing.assert_close(guide(negative, positive, 1.0, 1.0), positive)


def test_two_scales_equal_a_literal_loop(predictions: tuple[torch.Tensor, torch.Tensor]) -> None:
    negative, positive = predictions
    expected = torch.empty_like(positive)
    difference, reach = positive - negative, BROAD // 2
    for y in range(11):
        for x in range(14):
            around = difference[..., max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
            broad = around.mean(dim=(-2, -1))
            here = negative[..., y, x]
            expected[..., y, x] = here + 1.5 * broad + 4.0 * (difference[..., y, x] - broad)
    torch.testing.assert_close(guide(negative, positive, 4.0, 1.5), expected)


def test_a_flat_difference_takes_the_lower_scale_up_to_the_edges() -> None:
    negative, positive = torch.zeros(1, 2, 3, 1), torch.full((1, 2, 3, 1), 2.0)
    torch.testing.assert_close(guide(negative, positive, 9.0, 1.5), torch.full((1, 2, 3, 1), 3.0))


def test_rescaled_guidance_has_the_contrast_of_the_cond_branch(
    predictions: tuple[torch.Tensor, torch.Tensor],
) -> None:
    negative, positive = predictions
    guided = guide(negative, positive, 7.0, 7.0)
    assert rescale(guided, positive, 0.0) is guided
    torch.testing.assert_close(rescale(guided, positive, 1.0).std(), positive.std())
    half = rescale(guided, positive, 0.5)
    torch.testing.assert_close(half, (guided + rescale(guided, positive, 1.0)) / 2)
