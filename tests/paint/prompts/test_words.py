"""Words of a prompt and their columns."""

import unicodedata
from collections.abc import Callable
from typing import Literal

import pytest

from tilebake.errors import PromptError
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.words import columns_of, find_word, prompt_words

Encode = Callable[[str], PromptEmbeds]


def texts(prompt: PromptEmbeds, columns: tuple[int, ...]) -> list[str]:
    """What stands at these columns."""
    return [token.text for token in prompt.tokens if token.position in columns]


def test_a_word_is_found_at_its_column(encode: Encode) -> None:
    assert find_word(encode("lush green grass"), "green") == (2,)


def test_a_word_of_several_tokens_has_all_of_them(encode: Encode) -> None:
    prompt = encode("grass and wildflowers in snow")
    columns = find_word(prompt, "wildflowers")
    assert len(columns) > 1
    assert "".join(texts(prompt, columns)) == "wildflowers"


def test_a_word_that_is_repeated_is_found_everywhere(encode: Encode) -> None:
    assert find_word(encode("grass, deep grass and water"), "grass") == (1, 4)


def test_a_phrase_is_its_words_in_a_row(encode: Encode) -> None:
    prompt = encode("deep water, blue water and deep snow")
    assert texts(prompt, find_word(prompt, "deep water")) == ["deep", "water"]
    assert texts(prompt, find_word(prompt, "water")) == ["water", "water"]


def test_part_of_a_word_is_not_that_word(encode: Encode) -> None:
    prompt = encode("moss-covered grassland")
    assert columns_of(prompt, "moss") == ()
    assert columns_of(prompt, "grass") == ()
    assert "".join(texts(prompt, find_word(prompt, "moss-covered"))) == "moss-covered"


def test_case_weights_and_punctuation_do_not_matter(encode: Encode) -> None:
    prompt = encode("Top down, (Mossy:1.4) stone!")
    assert texts(prompt, find_word(prompt, "mossy STONE")) == ["Mossy", "stone"]


@pytest.mark.parametrize(("there", "sought"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_accents_count_however_they_were_typed(
    encode: Encode, there: Literal["NFC", "NFD"], sought: Literal["NFC", "NFD"]
) -> None:
    prompt = encode(unicodedata.normalize(there, "dense (for\u00eat:1.2) of pines"))
    composed = encode("dense (for\u00eat:1.2) of pines")
    columns = find_word(composed, "for\u00eat")
    assert find_word(prompt, unicodedata.normalize(sought, "For\u00caT")) == columns
    assert [token.id for token in prompt.tokens] == [token.id for token in composed.tokens]


def test_words_past_the_first_75_tokens_are_in_the_second_chunk(encode: Encode) -> None:
    prompt = encode("grass " * 75 + "water")
    assert find_word(prompt, "water") == (78,)
    assert len(find_word(prompt, "grass")) == 75


def test_an_absent_word_is_refused_and_near_ones_are_named(encode: Encode) -> None:
    with pytest.raises(PromptError) as caught:
        find_word(encode("lush green grass, blue water"), "gras")
    assert "no 'gras' in 'lush green grass, blue water'" in str(caught.value)
    assert str(caught.value).endswith("take one of: grass")


def test_without_a_near_one_all_are_named(encode: Encode) -> None:
    with pytest.raises(PromptError, match="take one of: blue, water"):
        find_word(encode("blue water"), "xylophone")


@pytest.mark.parametrize("nothing", ["", " ", "blue water and more"])
def test_nothing_and_too_much_are_not_there(encode: Encode, nothing: str) -> None:
    with pytest.raises(PromptError):
        find_word(encode("blue water"), nothing)


def test_a_prompt_without_words_says_so(encode: Encode) -> None:
    with pytest.raises(PromptError, match="write a prompt"):
        find_word(encode(""), "grass")


def test_words_cover_all_tokens_in_order(encode: Encode) -> None:
    prompt = encode("a photo of wildflowers, in deep-blue snow")
    columns = [column for word in prompt_words(prompt) for column in word.columns]
    assert columns == [token.position for token in prompt.tokens]
