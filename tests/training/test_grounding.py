"""What pixels read: plain attention that shows itself, and a loss for those that read elsewhere."""

import math

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import Attention

from training import miniature
from training.batches import Named
from training.captions import caption
from training.grounding import FLOOR, SeenAttnProcessor, grounding, phrase_tokens, seen_attention
from training.miniature import TokenizerPair
from training.terrain.scene import random_patch


def named(text: str, *phrases: str) -> Named:
    """Where they are does not matter here."""
    starts = [text.index(phrase) for phrase in phrases]
    spans = tuple((start, start + len(phrase)) for start, phrase in zip(starts, phrases, strict=True))
    return Named([spans], torch.zeros(1, len(phrases), 4, 4))


def test_attention_is_plain_and_seen() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        attn = Attention(query_dim=32, cross_attention_dim=12, heads=2, dim_head=16)
        pixels, prompt = torch.randn(2, 9, 32), torch.randn(2, 7, 12)
    seen: list[tuple[int, torch.Tensor]] = []
    found = SeenAttnProcessor(1, seen)(attn, pixels, prompt)
    torch.testing.assert_close(found, attn(pixels, encoder_hidden_states=prompt))
    ((level, attention),) = seen
    assert level == 1
    assert attention.shape == (2, 9, 7)
    torch.testing.assert_close(attention.sum(dim=-1), torch.ones(2, 9))


def test_a_unet_is_seen_layer_by_layer_and_left_as_it_was() -> None:
    unet = miniature.unet(8)
    before = unet.attn_processors
    with seen_attention(unet) as seen, torch.no_grad():
        conditions = {"text_embeds": torch.zeros(1, miniature.WIDTH_2), "time_ids": torch.zeros(1, 6)}
        unet(torch.zeros(1, 8, 16, 16), 5, torch.zeros(1, 77, 256), added_cond_kwargs=conditions)
    assert len(seen) == sum("attn2" in key for key in before)
    for level, attention in seen:
        assert attention.shape == (1, (16 >> level) ** 2, 77)
    assert all(each is before[key] for key, each in unet.attn_processors.items())


def test_a_phrase_has_the_tokens_of_its_words(tokenizers: TokenizerPair) -> None:
    text = "top-down view, dry grass and deep water"
    tokens = phrase_tokens(tokenizers[0], [text], named(text, "deep water", "dry grass"))[0]
    ids = tokenizers[0](text).input_ids
    for phrase, which in (("deep water", tokens[0]), ("dry grass", tokens[1])):
        found = [ids[i] for i in which.nonzero().flatten().tolist()]
        assert str(tokenizers[0].decode(found)).strip() == phrase


@pytest.mark.parametrize("seed", range(4))
def test_every_phrase_of_a_caption_has_tokens_of_its_own(tokenizers: TokenizerPair, seed: int) -> None:
    rng = np.random.default_rng(seed)
    text, spans = caption(rng, tuple(random_patch(rng) for _ in range(3)))
    tokens = phrase_tokens(tokenizers[0], [text], Named([spans], torch.zeros(1, 3, 4, 4)))
    assert tokens.sum(dim=1).max() <= 1
    assert bool((tokens.sum(dim=-1) > 0).all()) == bool(spans)


def example() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two crops of four pixels, three tokens, two phrases: attention, tokens, and what is shown where."""
    attention = torch.rand(2, 4, 3, generator=torch.Generator().manual_seed(0)).softmax(dim=-1)
    tokens = torch.tensor([[[0.0, 1, 1], [1, 0, 0]], [[0, 1, 0], [0, 0, 0]]])
    shown = torch.tensor([[[1.0, 1, 0, 0], [0, 0, 1, 1]], [[1, 1, 1, 0], [0, 0, 0, 0]]]).view(2, 2, 2, 2)
    return attention, tokens, shown


def test_unread_is_the_mean_surprise_at_what_pixels_read() -> None:
    attention, tokens, shown = example()

    def surprise(crop: int, pixel: int, *read: int) -> float:
        return sum(-math.log(attention[crop, pixel, token] + FLOOR) for token in read) / len(read)

    first = [surprise(0, pixel, 1, 2) for pixel in (0, 1)] + [surprise(0, pixel, 0) for pixel in (2, 3)]
    second = [surprise(1, pixel, 1) for pixel in range(3)]
    expected = (0.5 * sum(first) / 4 + 0.25 * sum(second) / 4) / 2
    found = grounding([(0, attention)], tokens, shown, torch.tensor([0.5, 0.25])).unread
    torch.testing.assert_close(found, torch.tensor(expected))


def test_misplaced_is_the_share_of_attention_from_where_something_else_is() -> None:
    attention, tokens, shown = example()

    def elsewhere(crop: int, token: int, *pixels: int) -> float:
        column = attention[crop, :, token]
        return float(column[[*pixels]].sum() / column.sum()) ** 2

    first = (elsewhere(0, 1, 2, 3) + elsewhere(0, 2, 2, 3)) / 2 + elsewhere(0, 0, 0, 1)
    second = elsewhere(1, 1, 3)
    found = grounding([(0, attention)], tokens, shown, torch.tensor([0.5, 0.25])).misplaced
    torch.testing.assert_close(found, torch.tensor((0.5 * first + 0.25 * second) / 2))


def test_attention_that_is_where_its_terrain_is_loses_nothing() -> None:
    attention = torch.tensor([[[0.0, 1], [0, 1], [1, 0], [1, 0]]])
    tokens, shown = torch.tensor([[[1.0, 0], [0, 1]]]), torch.tensor([[[0.0, 0, 1, 1], [1, 1, 0, 0]]])
    found = grounding([(0, attention)], tokens, shown.view(1, 2, 2, 2), torch.ones(1))
    torch.testing.assert_close(found.unread, torch.zeros(()), rtol=0, atol=2 * FLOOR)
    torch.testing.assert_close(found.misplaced, torch.zeros(()))


def test_a_caption_that_names_nothing_loses_nothing() -> None:
    attention = torch.full((1, 4, 3), 1 / 3)
    found = grounding([(0, attention)], torch.zeros(1, 2, 3), torch.ones(1, 2, 2, 2), torch.ones(1))
    assert [loss.item() for loss in found] == [0, 0]
