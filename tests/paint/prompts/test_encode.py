import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl import StableDiffusionXLPipeline
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilebake.errors import PromptError
from tilebake.level.edit.weight_syntax import parse_prompt
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.prompts.encode import condition, encode_optional, encode_prompt, plain_conditioning
from tilebake.paint.prompts.tokens import tokenize

if TYPE_CHECKING:
    from tilebake.paint.model.load import Components

Stock = Callable[["Components", str], StableDiffusionXLPipeline]

LONG = "grass water sand stone forest snow lava path painted top " * 16  # 160 words


def field(**keys: object) -> TileMap:
    """A map of grass and water."""
    terrains = {"grass": "lush green grass", "water": "deep blue water"}
    legend = {"g": "grass", "w": "water"}
    wire = {
        "tilebake": 1,
        "base_prompt": "a game map",
        "terrains": terrains,
        "legend": legend,
        "rows": ["gw"],
    }
    return parse_map(json.dumps({**wire, **keys}))


@pytest.mark.parametrize("force_zeros", [True, False])
@pytest.mark.parametrize("negative", [None, "", "blurry photo"])
@pytest.mark.parametrize("prompt", ["", "grass", "Lush  green GRASS, é!", LONG[:320]])
def test_a_prompt_without_weights_is_exactly_stock(
    tiny_components: "Components", stock: Stock, prompt: str, negative: str | None, force_zeros: bool
) -> None:
    components = replace(tiny_components, force_zeros_for_empty_prompt=force_zeros)
    plain = plain_conditioning(components, prompt, negative)
    with torch.no_grad():
        expected = stock(components, "euler").encode_prompt(prompt, negative_prompt=negative)
    encoded = (
        plain.base.prompt_embeds,
        plain.negative.prompt_embeds,
        plain.base.pooled_prompt_embeds,
        plain.negative.pooled_prompt_embeds,
    )
    assert encoded[0].shape[1] == 77
    torch.testing.assert_close(encoded, expected, rtol=0, atol=0)


def test_a_long_prompt_is_encoded_whole_chunk_by_chunk(tiny_components: "Components") -> None:
    words = LONG.split()
    encoded = encode_prompt(tiny_components, LONG)
    chunks = [" ".join(words[start : start + 75]) for start in (0, 75, 150)]
    expected = [encode_prompt(tiny_components, chunk) for chunk in chunks]
    assert len(encoded.tokens) == 160
    torch.testing.assert_close(
        encoded.prompt_embeds, torch.cat([chunk.prompt_embeds for chunk in expected], dim=1)
    )
    torch.testing.assert_close(encoded.pooled_prompt_embeds, expected[0].pooled_prompt_embeds)


def test_a_masked_word_could_be_any_other_word(tiny_components: "Components") -> None:
    sand, snow = (
        encode_prompt(tiny_components, f"lush grass {word}, top", masked=[3]) for word in ("sand", "snow")
    )
    others = [column for column in range(77) if column != 3]
    torch.testing.assert_close(sand.prompt_embeds[:, others], snow.prompt_embeds[:, others])
    heard = encode_prompt(tiny_components, "lush grass sand, top").prompt_embeds
    torch.testing.assert_close(sand.prompt_embeds[:, :3], heard[:, :3])
    behind = (sand.prompt_embeds - heard).abs().amax(dim=2)[0, 4:]
    assert (behind > 1e-4).all(), "all behind it have heard of the sand, the padding too"


def test_a_chunk_is_told_of_its_own_words_alone(tiny_components: "Components") -> None:
    heard, masked = (encode_prompt(tiny_components, LONG, masked=columns) for columns in ((), [78]))
    differs = (heard.prompt_embeds != masked.prompt_embeds).any(dim=2)[0]
    assert differs.nonzero().flatten().tolist() == list(range(78, 154))


@pytest.mark.parametrize("count", [0, 1, 74, 75, 76, 150, 151])
def test_tokens_know_their_place_in_the_embeddings(tiny_components: "Components", count: int) -> None:
    encoded = encode_prompt(tiny_components, "grass " * count)
    assert encoded.prompt_embeds.shape[1] == 77 * max(1, -(-count // 75))
    positions = [token.position for token in encoded.tokens]
    expected = [77 * chunk + 1 + i for chunk in range(3) for i in range(75)]
    assert positions == expected[:count]


def test_tokens_know_their_text_word_and_weight(tiny_components: "Components") -> None:
    stretches = parse_prompt("Lush (mossy:1.4) stone-xyzzy, (grass)")
    tokens = tokenize(tiny_components.tokenizer, stretches)
    plain = "Lush mossy stone-xyzzy, grass"
    assert [token.text for token in tokens[:2]] == ["Lush", "mossy"]
    assert all(token.text == plain[slice(*token.span)] for token in tokens)
    assert {plain[slice(*token.word)] for token in tokens} == {"Lush", "mossy", "stone-xyzzy", ",", "grass"}
    assert [token.weight for token in tokens if token.text == "mossy"] == [1.4]
    assert tokens[-1].weight == pytest.approx(1.1)
    assert {token.weight for token in tokens[2:-1]} == {1}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
def test_any_text_can_be_tokenized(tiny_components: "Components", text: str) -> None:
    try:
        stretches = parse_prompt(text)
    except PromptError:
        return
    plain = "".join(stretch.text for stretch in stretches)
    for token in tokenize(tiny_components.tokenizer, stretches):
        assert token.text == plain[slice(*token.span)]
        assert token.word[0] <= token.span[0]


@pytest.mark.parametrize("weight", [0, 0.5, 1.4])
def test_a_weight_moves_its_token_alone_from_the_empty_prompt(
    tiny_components: "Components", weight: float
) -> None:
    weighted = encode_prompt(tiny_components, f"(mossy:{weight}) stone")
    plain, empty = encode_prompt(tiny_components, "mossy stone"), encode_prompt(tiny_components, "")
    expected = plain.prompt_embeds.clone()
    mossy = [token.position for token in plain.tokens if token.text == "mossy"]
    expected[:, mossy] = empty.prompt_embeds[:, mossy] + weight * (
        plain.prompt_embeds[:, mossy] - empty.prompt_embeds[:, mossy]
    )
    others = [i for i in range(77) if i not in mossy]
    torch.testing.assert_close(weighted.prompt_embeds, expected)
    assert torch.equal(weighted.prompt_embeds[:, others], plain.prompt_embeds[:, others])
    torch.testing.assert_close(weighted.pooled_prompt_embeds, plain.pooled_prompt_embeds, rtol=0, atol=0)


def test_weights_of_one_change_nothing(tiny_components: "Components") -> None:
    weighted, plain = (encode_prompt(tiny_components, text) for text in ("(mossy:1) stone", "mossy stone"))
    assert torch.equal(weighted.prompt_embeds, plain.prompt_embeds)


def test_weights_reach_the_second_chunk(tiny_components: "Components") -> None:
    weighted = encode_prompt(tiny_components, "grass " * 80 + "(lava:0)")
    plain, empty = encode_prompt(tiny_components, "grass " * 80 + "lava"), encode_prompt(tiny_components, "")
    lava = weighted.tokens[-1].position
    assert lava == 77 + 1 + 5
    torch.testing.assert_close(weighted.prompt_embeds[:, lava], empty.prompt_embeds[:, lava - 77])
    torch.testing.assert_close(weighted.prompt_embeds[:, :lava], plain.prompt_embeds[:, :lava])


@pytest.mark.parametrize("prompt", ["(grass:0)", "(lush:0) [(grass:0)]", "((lush grass:2):0)"])
def test_a_prompt_that_weighs_to_nothing_is_refused(tiny_components: "Components", prompt: str) -> None:
    with pytest.raises(PromptError, match="weigh 0"):
        encode_prompt(tiny_components, prompt)


def test_a_map_is_conditioned_on_all_its_prompts(tiny_components: "Components") -> None:
    conditioning = condition(tiny_components, field(negative_prompt="blurry"))
    assert conditioning.base.text == "a game map"
    assert [region.text for region in conditioning.regions] == ["lush green grass", "deep blue water"]
    assert conditioning.negative.text == "blurry"
    assert conditioning.negative_regions is None


def test_the_same_text_is_encoded_once(tiny_components: "Components") -> None:
    terrains = {"grass": "a game map", "water": "a game map"}
    conditioning = condition(tiny_components, field(terrains=terrains))
    assert conditioning.regions == (conditioning.base, conditioning.base)


def test_a_terrain_without_a_negative_prompt_of_its_own_has_the_maps(tiny_components: "Components") -> None:
    terrains = {"grass": {"prompt": "grass", "negative_prompt": "snow"}, "water": "water"}
    conditioning = condition(tiny_components, field(terrains=terrains, negative_prompt="blurry"))
    assert conditioning.negative_regions is not None
    assert conditioning.negative_regions[0].text == "snow"
    assert conditioning.negative_regions[1] is conditioning.negative


def test_an_empty_negative_prompt_counts_as_none(tiny_components: "Components") -> None:
    conditioning: Conditioning = condition(tiny_components, field())
    none = encode_optional(tiny_components, None)
    assert torch.equal(conditioning.negative.prompt_embeds, none.prompt_embeds)
    assert not none.prompt_embeds.any()
    assert not none.pooled_prompt_embeds.any()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"base_prompt": "a (map"}, "base prompt: .*without its partner"),
        ({"negative_prompt": "(blurry:0)"}, "negative prompt: .*weigh 0"),
        ({"terrains": (Terrain("grass", "(grass:0)"),)}, "terrain 'grass': .*weigh 0"),
        ({"terrains": (Terrain("grass", "()"),)}, "terrain 'grass': the prompt is empty"),
    ],
)
def test_a_prompt_that_cannot_be_read_is_named(
    tiny_components: "Components", keys: dict[str, Any], message: str
) -> None:
    """Of a map that was made in Python; one that is read is checked before any model is loaded."""
    with pytest.raises(PromptError, match=message) as caught:
        condition(tiny_components, replace(field(), **keys))
    assert caught.value.hint
