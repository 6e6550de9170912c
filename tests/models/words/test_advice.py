"""Whoever writes a word that the embedded model was not taught is told, and nobody else is.

With the words of a model of twenty terrains: the next model knows more, and is told of in the same manner.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tilebake.models.words.advice import advise
from tilebake.models.words.model_words import ModelWords, read_words
from tilebake.models.words.reading import read_prompt


@pytest.fixture(scope="module")
def words() -> ModelWords:
    found = read_words(Path(__file__).with_name("words_of_twenty_terrains.json"))
    assert found is not None
    return found


def told(prompt: str, words: ModelWords) -> str:
    return "; ".join(map(str, advise(prompt, words=words, model="embedded")))


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "grass",
        "lush green grass",
        "Clear BLUE water",
        "dry yellow grass",  # in the README
        "red brick wall",
        "mossy cobblestone path",
        "a lake in the forest",
        "path through mountains",
        "river near the castle",
        "field of flowers",
        "grass, hand painted, top-down",
        "top-down hand painted grass texture",
        "small stone tiles, dungeon floor",
        "moss-covered rocks",
        "gravel path",  # holds two nouns, and comes out as gravel
        "an old road of the village",
        "highly detailed seamless grass texture, 4k, game asset",
        "autumn forest",
    ],
)
def test_what_is_known_is_not_told(prompt: str, words: ModelWords) -> None:
    assert told(prompt, words) == ""


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("lagoon", '"lagoon" is unknown to the embedded model; nearest that it knows: lake, water, river'),
        (
            "Marble floor",
            '"Marble floor" is unknown to the embedded model; nearest that it knows: stone tiles',
        ),
        ("stone wall", '"stone wall" is unknown to the embedded model, which reads "stone"; nearest'),
        ("dirt path", '"dirt path" is unknown to the embedded model, which reads "dirt" and "path"; nearest'),
        (
            "muddy village road",
            '"muddy road" is unknown to the embedded model, which reads "road"; nearest that',
        ),
        ("muddy village road with trees", '"muddy road" is unknown'),
        (
            "volcanic rock",
            '"volcanic rock" is unknown to the embedded model, which reads "rock"; nearest',
        ),
        ("snow mountain", '"mountain" is unknown to the embedded model, which reads "snow"; nearest'),
        ("grass with mushrooms", '"mushrooms" is unknown to the embedded model, which reads "grass"'),
        ("bridges and stairs", '"bridges" and "stairs" are unknown to the embedded model; nearest'),
        ("eine grüne Wiese", '"Wiese" is unknown to the embedded model; nearest that it knows: meadow'),
        ("青い海", '"海" is unknown to the embedded model; nearest that it knows: sea'),
        ("石の道", '"石の道" is unknown to the embedded model; nearest that it knows: cobblestone path'),
        ("golden snad", 'the embedded model knows no noun in "golden snad"; nearest that it knows: sand'),
        ("red carpet", '"red carpet" is unknown to the embedded model; nothing that it knows looks like it'),
    ],
)
def test_an_unknown_word_is_told_with_the_nearest_that_is_known(
    prompt: str, note: str, words: ModelWords
) -> None:
    assert told(prompt, words).startswith(note)


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        (
            "black lava",
            '"black" is unknown to the embedded model, which reads "lava"; nearest that it knows: dark',
        ),
        (
            "misty swamp",
            '"misty" is unknown to the embedded model, which reads "swamp"; nearest that it knows: murky',
        ),
        (
            "dark snowy taiga forest",
            '"taiga" is unknown to the embedded model, which reads "forest"; nearest that it knows: snowy',
        ),
        (
            "sandy forest",
            '"sandy" is unknown to the embedded model, which reads "forest"; nearest that it knows: golden',
        ),
        (
            "purple grass",
            '"purple" is unknown to the embedded model, which reads "grass"; `tilebake models info',
        ),
        (
            "mosy stone",
            '"mosy" is unknown to the embedded model, which reads "stone"; nearest that it knows: mossy',
        ),
        ("a very dark, black and misty swamp", '"black" and "misty" are unknown to the embedded model'),
        (
            "misty lagoon",
            '"lagoon" is unknown to the embedded model; nearest that it knows: lake, water, river; ',
        ),
    ],
)
def test_a_word_beside_a_known_noun_is_told(prompt: str, note: str, words: ModelWords) -> None:
    assert told(prompt, words).startswith(note)


@pytest.mark.parametrize(
    "prompt", ["sandy beach", "grassy meadow", "pine forest", "palm trees", "tall grass"]
)
def test_a_word_that_names_the_same_terrain_or_a_size_is_not_told(prompt: str, words: ModelWords) -> None:
    assert told(prompt, words) == ""


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        (
            "dark snowy forest",
            '"dark" and "snowy" together are stone to the embedded model; leave one of them out',
        ),
        (
            "Snow-covered trees, gloomy",
            '"gloomy" and "snow-covered" together are stone to the embedded model; ',
        ),
        ("snowy forest", ""),
        ("dark snowy stone", ""),  # is one anyway
    ],
)
def test_known_adjectives_that_spoil_each_other_are_told(prompt: str, note: str, words: ModelWords) -> None:
    assert told(prompt, words).startswith(note)
    assert bool(told(prompt, words)) == bool(note)


@pytest.mark.parametrize(
    ("prompt", "near"),
    [("wter", "water"), ("Bergwiese", "meadow"), ("glacierz", "glacier"), ("sandstonewall", "brick wall")],
)
def test_what_is_in_no_list_is_told_with_the_word_that_is_like_it(
    prompt: str, near: str, words: ModelWords
) -> None:
    assert told(prompt, words).startswith(
        f'the embedded model knows no noun in "{prompt}"; nearest that it knows: {near}'
    )


@pytest.mark.parametrize("prompt", ["xyzzy", "dark", "hand painted", "草木灰xyz🌋", "!?", "123"])
def test_a_prompt_without_any_noun_names_where_the_nouns_are_listed(prompt: str, words: ModelWords) -> None:
    note = told(prompt, words)
    assert note, prompt
    assert "is unknown" in note or "`tilebake models info embedded` lists" in note


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("thin ice, people", '"ice" darkens what the embedded model paints; leave it out'),
        ("text, people, blurry", ""),
        ("lagoon", ""),
        ("", ""),
    ],
)
def test_of_a_negative_prompt_known_nouns_are_told(prompt: str, note: str, words: ModelWords) -> None:
    notes = [*map(str, advise(prompt, is_negative=True, words=words, model="embedded"))]
    assert notes == [note] * bool(note)
    unspoilt = replace(words, darkens=False)
    assert not [*advise(prompt, is_negative=True, words=unspoilt, model="embedded")]


def test_a_model_in_a_folder_is_called_by_its_name(words: ModelWords) -> None:
    assert 'the model "models/mine"' in "".join(map(str, advise("lagoon", words=words, model="models/mine")))


def test_the_longest_of_prompts_is_read_in_no_time(words: ModelWords) -> None:
    assert read_prompt("very " * 100_000 + "grass", words).carriers == ()
    assert read_prompt("grass " + "-".join("a" * 100_000), words).carriers[0].noun == "grass"
