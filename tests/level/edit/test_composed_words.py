"""A word is found however its accents were typed: macOS decomposes them, keyboards do not."""

import unicodedata

import pytest

from tilebake.level.edit.prompt_words import has_word, no_such_word, words_of
from tilebake.level.edit.rewrite import replace_phrase, select_prompts, weigh_words
from tilebake.level.tilemap import parse_map

COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "for\u00eat") for form in ("NFC", "NFD"))
BOTH_WAYS = pytest.mark.parametrize(("there", "sought"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)])


@BOTH_WAYS
def test_a_word_is_found_in_a_prompt(there: str, sought: str) -> None:
    assert has_word(f"(dense:1.2) {there}, moss", sought)
    assert has_word(f"({there}:1.2) of pines", f"{sought} of")
    assert not has_word(there, "for")
    assert words_of(there) == words_of(sought)


@BOTH_WAYS
def test_a_word_is_replaced_and_weighed(there: str, sought: str) -> None:
    prompts = {"wood": f"dense {there}", None: "moss"}
    assert replace_phrase(prompts, sought, "wood") == {"wood": "dense wood"}
    assert list(select_prompts(prompts, [sought])) == ["wood"]
    assert weigh_words(prompts, {sought: 2.0}) == {"wood": {sought: 2.0}, None: {}}


@BOTH_WAYS
def test_a_word_that_is_absent_names_the_one_that_is_near(there: str, sought: str) -> None:
    assert "take one of: " in str(no_such_word(sought[:-1], [f"dense {there}"]))
    assert COMPOSED in str(no_such_word(sought[:-1], [f"dense {there}"]))


@BOTH_WAYS
def test_words_of_an_edit_in_a_map_are_found(there: str, sought: str) -> None:
    rewrite = f'{{"prompt": "dark {there}", "reweight": {{"{sought}": 2}}}}'
    edit = f'{{"terrains": {{"wood": {rewrite}}}, "local_blend": ["{sought}"]}}'
    content = f'"terrains": {{"wood": "dense {there}"}}, "legend": {{"w": "wood"}}, "rows": ["ww"]'
    tilemap = parse_map(f'{{"tilebake": 1, "tile_size": 16, {content}, "edit": {edit}}}')
    assert tilemap.edit is not None
    assert tilemap.edit.local_blend is not None
