"""The words of the embedded model, as the script writes them."""

import json
from pathlib import Path

from training.text.synonyms.model_words import nouns
from training.text.synonyms.table import fold, plural, synonyms
from training.text.synonyms.write import ADDON, WORDS, content, read_looks, text

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "backend" / "tilebake" / "embedded"


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
    meant = {"lagoon": "lake", "wiese": "meadow", "草原": "grassland", "forêt": "forest", "playa": "beach"}
    assert {word: table[word] for word in meant} == meant
    assert "carpet" not in table, "nothing that the model knows looks like one"


def test_plurals_are_english() -> None:
    assert [plural(noun) for noun in ("lake", "beach", "rocks", "earth")] == [
        "lakes",
        "beaches",
        "rocks",
        "earths",
    ]
