"""Grounding: each pixel is to read the words of what is painted there.

A UNet as small as this one learns what a prompt says without looking where: most of its heads attend alike
everywhere, and its maps have no layout that an edit could keep. As in TokenCompose (Wang et al.,
arXiv:2312.03626) the labels, which are known here, tell cross-attention where each phrase belongs.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, cast

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from torch.nn.functional import avg_pool2d
from transformers import CLIPTokenizer

from tilebake.paint.attention_layers import cross_attention_levels
from training import miniature
from training.batches import Named

FLOOR = 1e-3  # of what a token is attended to: no lost pixel counts for all others

Seen = list[tuple[int, Tensor]]  # each layer's level, and its attention as the mean over heads, [B, Q, T]


class SeenAttnProcessor:
    """Plain attention, step by step, that shows whom each pixel attends to."""

    def __init__(self, level: int, seen: Seen) -> None:
        self.level, self.seen = level, seen

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
    ) -> Tensor:
        """[B, Q, C] to [B, Q, C]."""
        assert attention_mask is None, "prompts are padded, never masked"
        assert encoder_hidden_states is not None, "this is no cross-attention"
        assert attn.to_k is not None
        assert attn.to_v is not None
        assert attn.to_out is not None
        query, key, value = (
            each.unflatten(-1, (attn.heads, -1)).transpose(1, 2)  # [B, H, N, D]
            for each in (
                attn.to_q(hidden_states),
                attn.to_k(encoder_hidden_states),
                attn.to_v(encoder_hidden_states),
            )
        )
        probabilities = (query @ key.transpose(-1, -2) * attn.scale).softmax(dim=-1)  # [B, H, Q, T]
        self.seen.append((self.level, probabilities.float().mean(dim=1)))
        attended = (probabilities.to(value.dtype) @ value).transpose(1, 2).flatten(2)
        return attn.to_out[1](attn.to_out[0](attended))


@contextmanager
def seen_attention(unet: UNet2DConditionModel) -> Generator[Seen]:
    """Within, each cross-attention layer of a forward pass adds to what is yielded."""
    layers = cross_attention_levels(unet)
    before = [attn.get_processor() for attn, _ in layers]
    seen: Seen = []
    try:
        for attn, level in layers:
            attn.set_processor(cast("AttnProcessor", SeenAttnProcessor(level, seen)))
        yield seen
    finally:
        for (attn, _), processor in zip(layers, before, strict=True):
            attn.set_processor(cast("AttnProcessor", processor))


def phrase_tokens(tokenizer: CLIPTokenizer, captions: Sequence[str], named: Named) -> Tensor:
    """Which of a caption's 77 tokens name a terrain: [B, P, 77], 1 where one does."""
    tokens = torch.zeros(*named.shown.shape[:2], miniature.MAX_TOKENS)
    for crop, (text, spans) in enumerate(zip(captions, named.spans, strict=True)):
        offsets: list[tuple[int, int]] = tokenizer(
            text, truncation=True, max_length=miniature.MAX_TOKENS, return_offsets_mapping=True
        )["offset_mapping"]
        for terrain, (start, end) in enumerate(spans):
            for token, (first, last) in enumerate(offsets):
                tokens[crop, terrain, token] = float(start <= first < last <= end)
    return tokens


class Grounding(NamedTuple):
    """What is lost where words and places do not find each other; means over crops and layers."""

    unread: Tensor
    """How little pixels attend to the words for what is painted there: -log of the attention to each token of
    the phrase. To each, lest the noun, which comes last and knows its adjectives, be all that is read."""

    misplaced: Tensor
    """How much of a token's attention lies where something else is painted: its share, squared."""


def grounding(seen: Seen, tokens: Tensor, shown: Tensor, counts: Tensor) -> Grounding:
    """The losses of what was seen in a forward pass. Crops whose captions name nothing lose nothing.

    tokens [B, P, T]; shown [B, P, h, w]; counts [B], what each crop counts: little in so much noise that
    nobody can know what will be painted where.
    """
    named = counts * tokens.any(dim=-1).any(dim=-1)
    each = tokens / tokens.sum(dim=-1, keepdim=True).clamp(min=1)
    unread, misplaced = [], []
    for level, attention in seen:
        places = avg_pool2d(shown, 2**level).flatten(2)  # [B, P, Q]
        read = torch.einsum("bqt,bpt->bpq", (attention + FLOOR).log(), each)
        unread.append((-(places * read).sum(dim=1).mean(dim=-1) * named).mean())
        there = torch.einsum("bqt,bpq,bpt->bpt", attention, places, tokens)
        elsewhere = tokens - there / attention.sum(dim=1)[:, None].clamp(min=FLOOR)
        misplaced.append(((elsewhere.square() * each).sum(dim=(1, 2)) * named).mean())
    return Grounding(torch.stack(unread).mean(), torch.stack(misplaced).mean())
