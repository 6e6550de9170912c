"""Cross-attention in training: short rows, prompts in their places, and words that are told theirs."""

import numpy as np
import torch
from torch import Tensor

from training.data.named_caption import draw_named_caption
from training.terrain.catalog import TERRAINS
from training.terrain.scene import Patch
from training.text.prompt_rows import rows, short
from training.unet import shape
from training.unet.attention import Names, Reading, misplaced, read


def prompt(words: int, generator: torch.Generator, length: int = 12) -> Tensor:
    """Silence, words, and silence again."""
    states = torch.zeros(length, 16)
    states[:, 0] = 4
    states[1 : 1 + words] = 3 * torch.randn(words, 16, generator=generator)
    return states


def attended(query: Tensor, states: Tensor, logits: Tensor) -> Tensor:
    return (query @ states.T / 4 + logits).softmax(dim=-1) @ states


def test_a_short_row_is_attended_to_as_the_whole_prompt() -> None:
    generator = torch.Generator().manual_seed(0)
    prompts = [prompt(words, generator) for words in (3, 1, 0)]
    query = torch.randn(5, 16, generator=generator)
    held = rows([short(each[:6], length=12) for each in prompts])
    assert held.embeds.shape == (3, 4, 16)
    for each, embeds, logits in zip(prompts, held.embeds, held.logits, strict=True):
        torch.testing.assert_close(attended(query, embeds, logits), attended(query, each, torch.zeros(())))
    assert short(prompts[0], length=12).places.tolist() == [1, 2, 3]


def test_prompts_are_read_in_their_places() -> None:
    """Literally: out = sum over prompts of weight times what that prompt alone would give."""
    unet = shape.unet(8)
    generator = torch.Generator().manual_seed(1)
    torch.nn.init.normal_(unet.conv_out.weight, generator=generator)
    layer = unet.get_submodule("mid_block.attentions.0.transformer_blocks.0.attn2")
    bias = unet.get_parameter("mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0.bias")
    hidden = torch.randn(2, 4, 192, generator=generator)
    embeds = torch.randn(2, 3, 5, 256, generator=generator)
    logits = torch.randn(2, 3, 5, generator=generator)
    weights = torch.rand(2, 3, 8, 8, generator=generator)
    wanted = torch.zeros(2, 4, 192)
    with torch.no_grad():
        for index in range(3):
            with read(unet, Reading(logits[:, index], torch.ones(2, 1, 8, 8))):
                alone = layer(hidden, embeds[:, index])
            share = torch.nn.functional.avg_pool2d(weights[:, index], 4).flatten(1)
            wanted += (alone - bias) * share.unsqueeze(-1)
        with read(unet, Reading(logits.flatten(1), weights)):
            found = layer(hidden, embeds.flatten(1, 2))
    torch.testing.assert_close(found, wanted + bias, rtol=1e-4, atol=1e-5)


def test_processors_are_put_back() -> None:
    unet = shape.unet(8)
    before = dict(unet.attn_processors)
    with read(unet, Reading(torch.zeros(1, 3), torch.ones(1, 1, 8, 8))):
        assert unet.attn_processors != before
    assert unet.attn_processors == before


def test_words_looked_for_at_their_terrain_alone_are_no_error() -> None:
    shares = torch.zeros(1, 2, 4, 4)
    shares[0, 0, :, :2], shares[0, 1, :, 2:] = 1, 1
    tokens = torch.zeros(1, 3, 2)
    tokens[0, 1, 0], tokens[0, 2, 1] = 1, 1
    reading = Reading(torch.zeros(1, 3), torch.ones(1, 1, 4, 4), Names(tokens, shares, torch.ones(1)))
    right = torch.zeros(1, 2, 16, 3)
    right[..., 1:] = shares.flatten(2).transpose(1, 2)[:, None]
    everywhere = torch.full((1, 2, 16, 3), 1 / 3)
    assert misplaced(right, reading, level=0) < 1e-3
    assert misplaced(everywhere, reading, level=0) > 0.6
    assert misplaced(right[..., [0, 2, 1]], reading, level=0) > 10


def test_a_caption_knows_which_words_name_what() -> None:
    patches = (Patch("grass"), Patch("lava", ("dark",)), Patch("snow"))
    for seed in range(30):
        caption = draw_named_caption(np.random.default_rng(seed), patches)
        named = [caption.text[begin:end] for begin, end in caption.names]
        assert any(word in named[0] for word in TERRAINS["grass"].words)
        assert any(word in named[1] for word in TERRAINS["lava"].words)
        assert any(word in named[2] for word in TERRAINS["snow"].words)
        assert caption.text == caption.text.strip()
