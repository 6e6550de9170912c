"""The literal softmax, and words read from it."""

import pytest
import torch

from tilebake.paint.observe.probabilities import QUERY_BLOCK, attention_probabilities, word_maps


def randn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def literal_probabilities(query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
    """softmax(q Kᵀ / √D), head by head and pixel by pixel."""
    batch, heads, pixels, width = query.shape
    out = torch.zeros(batch, heads, pixels, key.shape[1])
    for b, h, x in torch.cartesian_prod(*(torch.arange(n) for n in (batch, heads, pixels))).tolist():
        exponentials = torch.exp(key[h] @ query[b, h, x] / width**0.5)
        out[b, h, x] = exponentials / exponentials.sum()
    return out


def test_probabilities_are_the_literal_softmax() -> None:
    query, key = randn(2, 3, 7, 8), randn(3, 11, 8, seed=1)
    torch.testing.assert_close(attention_probabilities(query, key), literal_probabilities(query, key))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_probabilities_sum_to_1_over_the_tokens_in_any_precision(dtype: torch.dtype) -> None:
    query, key = (20 * randn(1, 2, 9, 16)).to(dtype), randn(2, 77, 16, seed=1).to(dtype)
    probabilities = attention_probabilities(query, key)
    assert probabilities.dtype == torch.float32
    torch.testing.assert_close(probabilities.sum(dim=-1), torch.ones(1, 2, 9))


@pytest.mark.parametrize("pixels", [5, QUERY_BLOCK, 2 * QUERY_BLOCK + 3])
def test_a_words_map_is_the_mean_over_heads_of_the_sum_over_its_tokens(pixels: int) -> None:
    query, key = randn(1, 2, pixels, 8), randn(2, 6, 8, seed=1)
    selector = torch.tensor([[0.0, 0.0], [1, 0], [1, 0], [0, 0], [0, 1], [0, 0]])
    probabilities = attention_probabilities(query, key)[0].mean(dim=0)
    expected = torch.stack([probabilities[:, 1] + probabilities[:, 2], probabilities[:, 4]])
    torch.testing.assert_close(word_maps(query, key, selector), expected)
