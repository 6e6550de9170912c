"""The words of the embedded model, as the script writes them."""

import json
from pathlib import Path

import pytest

from training.text.synonyms.model_words import nouns
from training.text.synonyms.table import LISTS, NOTHING, fold, plural, read_list, synonyms
from training.text.synonyms.write import ADDON, WORDS, content, read_looks, text

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "backend" / "tilebake" / "embedded"
SYNONYMS = ROOT / "backend" / "training" / "text" / "synonyms"


def test_words_of_the_embedded_model_are_those_that_the_script_writes() -> None:
    written = (MODEL / WORDS).read_text(encoding="utf-8")
    assert written == text(content(MODEL, read_looks(MODEL / WORDS))), (
        "run `python -m training.text.synonyms.write --keep`"
    )


def test_addon_has_the_words_of_the_embedded_model() -> None:
    assert (ROOT / ADDON).read_bytes() == (MODEL / WORDS).read_bytes()


def test_synonyms_lead_to_nouns_that_the_model_knows() -> None:
    known = nouns(MODEL / "judge.safetensors")
    table = synonyms(known)
    assert set(table.values()) <= set(known)
    assert not set(table) & {fold(noun) for noun in known}
    assert all(word == fold(word) for word in table)


def test_synonyms_hold_what_a_person_would_say() -> None:
    table = json.loads((MODEL / WORDS).read_text(encoding="utf-8"))["synonyms"]
    meant = {"fjord": "lake", "weide": "meadow", "草原": "grassland", "forêt": "forest", "playa": "beach"}
    meant |= {
        "puddle": "puddles",
        "grabstein": "gravestones",
        "tapis": "carpet",
        "volcán": "volcano",
        "橋": "bridge",
    }
    assert {word: table[word] for word in meant} == meant
    assert "spikes" not in table, "nothing that the model knows looks like them"
    assert "carpet" not in table, "the model knows it"


@pytest.mark.parametrize("language", LISTS)
def test_every_terrain_has_a_word_in_every_language(language: str) -> None:
    known = nouns(MODEL / "judge.safetensors")
    of = {known[noun] for _, noun in read_list(SYNONYMS / f"{language}.txt") if noun in known}
    german = {name for noun, name in known.items() if noun != noun.lower()} if language == "german" else set()
    assert {*known.values()} == of | german


@pytest.mark.parametrize("language", LISTS)
def test_a_word_stands_once_in_a_list_and_is_no_noun_of_the_model(language: str) -> None:
    known = nouns(MODEL / "judge.safetensors")
    entries = [*read_list(SYNONYMS / f"{language}.txt")]
    words = [fold(word) for word, _ in entries]
    assert len(words) == len({*words})
    assert {noun for _, noun in entries} <= {*known, NOTHING}
    assert not {fold(noun) for noun in known} & {*words}


def test_plurals_are_english() -> None:
    assert [plural(noun) for noun in ("lake", "beach", "rocks", "earth")] == [
        "lakes",
        "beaches",
        "rocks",
        "earths",
    ]
