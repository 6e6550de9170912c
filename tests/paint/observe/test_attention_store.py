"""AttentionStore: what it adds up is what the layers attend to."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import pytest
import torch
from diffusers.models.attention_processor import Attention

from tilebake.errors import PromptError
from tilebake.level.canvas import canvas_for
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.paint.model.load import Components
from tilebake.paint.observe.attention_store import AttentionStore, ObservedWord, attention_sizes, find_words
from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.regional.attention import RegionalAttention, attention_target
from tilebake.paint.regional.blending import Blending, TensorTarget, blending, plain_blending, step_weights
from tilebake.paint.regional.layers import cross_attention_levels

Encode = Callable[[str], PromptEmbeds]
Queries = list[tuple[Attention, int, torch.Tensor]]  # layer, level and [H, Q, D] of the positive half


def halves() -> Blending:
    """Grass, a hole and water in a row, on 5 by 15 latents, in three steps whose weights move."""
    wire = {"tilebake": 1, "terrains": {"grass": "grass", "water": "water"}, "rows": ["g.w"]}
    tilemap = parse_map(json.dumps({**wire, "legend": {"g": "grass", "w": "water", ".": None}}))
    moving = BakeSettings(pixels_per_tile=40, blend_schedule="linear", base_prompt_weight_end=1)
    return blending(tilemap, canvas_for(tilemap, 40), moving, 3)


def store_for(
    components: Components, conditioning: Conditioning, blend: Blending, words: Sequence[ObservedWord]
) -> AttentionStore:
    return AttentionStore(words, conditioning, blend, attention_target(components.unet, conditioning))


def denoise(
    components: Components, conditioning: Conditioning, blend: Blending, store: AttentionStore
) -> list[Queries]:
    """Runs the UNet on noise at every step while the store looks on: the queries of all layers, by step."""
    unet = components.unet
    latents = torch.randn(2, 4, *blend.latent_size, generator=torch.Generator().manual_seed(0))
    conditions = {"text_embeds": torch.zeros(2, 48), "time_ids": torch.zeros(2, 6)}
    by_step: list[Queries] = []
    attention = RegionalAttention(unet, conditioning, blend, controls=[store])
    with torch.no_grad(), ExitStack() as hooks:
        context = hooks.enter_context(attention.install())
        for attn, level in cross_attention_levels(unet):

            def note(
                _: object, __: object, out: torch.Tensor, attn: Attention = attn, level: int = level
            ) -> None:
                by_step[-1].append((attn, level, out[1].unflatten(-1, (attn.heads, -1)).transpose(0, 1)))

            hooks.enter_context(attn.to_q.register_forward_hook(note))
        for context.step in range(len(blend.steps)):
            by_step.append([])
            embeds = context.encoder_hidden_states
            unet(latents, 500, encoder_hidden_states=embeds, added_cond_kwargs=conditions)
    return by_step


def literal_heat(queries: Queries, word: ObservedWord, level: int) -> torch.Tensor:
    """[Q]: the mean over layers and heads of the word's share of its own prompt's softmax."""
    shares: list[torch.Tensor] = []
    for attn, at, query in queries:
        if at == level:
            assert attn.to_k is not None
            key = attn.to_k(word.prompt.prompt_embeds[0]).unflatten(-1, (attn.heads, -1)).transpose(0, 1)
            probabilities = (query @ key.mT / query.shape[-1] ** 0.5).softmax(dim=-1)
            shares.append(probabilities[:, :, list(word.columns)].sum(dim=-1).mean(dim=0))
    return torch.stack(shares).mean(dim=0)


def test_a_words_heat_is_its_share_of_its_own_prompt_where_that_prompt_counts(
    tiny_components: Components, encode: Encode
) -> None:
    grass, water = encode("lush green grass"), encode("deep wildflowers in water " * 20)
    conditioning = Conditioning(encode("a map of water"), (grass, water), encode("blurry"), None)
    blend = halves()
    words = find_words(conditioning, ["green grass", "water", "wildflowers"], [None, 0, 1])
    assert [(word.text, word.regions) for word in words] == [
        ("green grass", (0,)),
        ("water", (None,)),
        ("water", (1,)),
        ("wildflowers", (1,)),
    ]
    store = store_for(tiny_components, conditioning, blend, words)
    by_step = denoise(tiny_components, conditioning, blend, store)
    maps = store.maps()
    weights = step_weights(blend, [1, 2], TensorTarget(3, torch.device("cpu"), torch.float32))
    masks = step_weights(blend.masks_alone, [1, 2], TensorTarget(3, torch.device("cpu"), torch.float32))
    for level, (height, width) in {1: (3, 8), 2: (2, 4)}.items():
        assert maps.levels[level].shape == (3, 4, height, width)
        for step, queries in enumerate(by_step):
            for index, word in enumerate(words):
                (region,) = word.regions
                own = weights[step][level][0] if region is None else masks[step][level][1 + region]
                expected = (literal_heat(queries, word, level) * own).unflatten(0, (height, width))
                torch.testing.assert_close(torch.from_numpy(maps.levels[level][step, index]), expected)


def test_all_columns_together_are_all_of_a_terrains_mask(tiny_components: Components, encode: Encode) -> None:
    grass = encode("lush green grass")
    conditioning = Conditioning(encode(""), (grass, encode("water")), encode(""), None)
    blend = halves()
    store = store_for(
        tiny_components, conditioning, blend, [ObservedWord("all", grass, (0,), tuple(range(77)))]
    )
    denoise(tiny_components, conditioning, blend, store)
    masks = step_weights(blend.masks_alone, [1, 2], TensorTarget(3, torch.device("cpu"), torch.float32))
    for level, seen in store.maps().levels.items():
        torch.testing.assert_close(torch.from_numpy(seen[0, 0]).flatten(), masks[0][level][1])


@pytest.mark.parametrize("size", [(8, 8), (5, 7), (12, 9), (1, 3)])
def test_a_plain_prompt_is_observed_at_any_size(
    size: tuple[int, int], tiny_components: Components, encode: Encode
) -> None:
    prompt = encode("snow on lush grass")
    conditioning = Conditioning(prompt, (), encode(""), None)
    blend = plain_blending(size, 2)
    words = find_words(conditioning, ["snow"], [None])
    store = store_for(tiny_components, conditioning, blend, words)
    by_step = denoise(tiny_components, conditioning, blend, store)
    for level, (height, width) in attention_sizes(tiny_components.unet, size).items():
        expected = literal_heat(by_step[1], words[0], level).unflatten(0, (height, width))
        torch.testing.assert_close(torch.from_numpy(store.maps().levels[level][1, 0]), expected)


def test_the_heat_of_steps_is_their_mean(tiny_components: Components, encode: Encode) -> None:
    conditioning = Conditioning(encode("snow"), (), encode(""), None)
    blend = plain_blending((8, 6), 3)
    store = store_for(tiny_components, conditioning, blend, find_words(conditioning, ["snow"], [None]))
    denoise(tiny_components, conditioning, blend, store)
    assert store.coarsest == 2
    expected = torch.from_numpy(store.maps().levels[2][1:].mean(axis=0))
    torch.testing.assert_close(store.heat(slice(1, None), 2), expected)


def test_memory_does_not_grow_with_layers_and_heads(tiny_components: Components, encode: Encode) -> None:
    conditioning = Conditioning(encode("snow and grass"), (), encode(""), None)
    blend = plain_blending((8, 6), 3)
    words = find_words(conditioning, ["snow", "grass"], [None])
    store = store_for(tiny_components, conditioning, blend, words)
    before = store.nbytes
    denoise(tiny_components, conditioning, blend, store)
    assert store.nbytes == before == 4 * 3 * 2 * (48 + 12 + 4)


def test_a_word_that_no_prompt_has_is_refused(encode: Encode) -> None:
    conditioning = Conditioning(encode("a map"), (encode("green grass"),), encode(""), None)
    with pytest.raises(PromptError, match="no 'gras' in 'a map' and 'green grass'; take one of: grass"):
        find_words(conditioning, ["gras"], [None, 0])
    with pytest.raises(PromptError, match="no 'map' in 'green grass'"):
        find_words(conditioning, ["map"], [0])


def test_a_prompt_that_two_terrains_share_is_observed_where_either_is(
    tiny_components: Components, encode: Encode
) -> None:
    shared = encode("snow")
    conditioning = Conditioning(encode(""), (shared, shared), encode(""), None)
    (word,) = find_words(conditioning, ["snow"], [0, 1])
    assert word.regions == (0, 1)
    blend = halves()
    store = store_for(tiny_components, conditioning, blend, [word])
    denoise(tiny_components, conditioning, blend, store)
    apart = [
        store_for(tiny_components, conditioning, blend, find_words(conditioning, ["snow"], [region]))
        for region in (0, 1)
    ]
    for each in apart:
        denoise(tiny_components, conditioning, blend, each)
    sum_of_both = sum(torch.from_numpy(each.maps().levels[1]) for each in apart)
    torch.testing.assert_close(torch.from_numpy(store.maps().levels[1]), sum_of_both)
