"""Words of a model are read as far as they make sense, and nothing in them stops a bake."""

import json
from pathlib import Path

import pytest

from tilebake.models.lookup import Models
from tilebake.models.reference import EMBEDDED, model_digest, model_paths, resolve
from tilebake.models.words.model_words import Meaning, ModelWords, read_words

TERRAIN = {"nouns": ["grass"], "colour": "#5c9e31", "roughness": 0.08}


def written(folder: Path, content: object) -> ModelWords | None:
    (folder / "words.json").write_text(json.dumps(content), encoding="utf-8")
    return read_words(folder / "words.json")


def test_embedded_model_says_what_it_knows() -> None:
    words = Models().words("embedded", Path())
    assert words is not None
    assert len(words.terrains) == 71
    assert words.nearest("lake") == ("lake", "water", "river")
    assert "mossy" in words.adjectives


def test_words_are_no_part_of_a_models_digest() -> None:
    source = resolve("embedded")
    assert EMBEDDED / "words.json" not in model_paths(source)
    assert len(model_digest(source)) == 64


def test_a_model_without_words_says_nothing(tmp_path: Path) -> None:
    assert read_words(tmp_path / "words.json") is None
    assert Models().words(str(tmp_path), tmp_path) is None
    assert Models().words("there/is-none", tmp_path) is None
    assert Models().words("x" * 5000, tmp_path) is None


@pytest.mark.parametrize("content", [{}, {"terrains": []}, {"terrains": {"grass": {}}}, [], 3])
def test_a_file_without_any_nouns_says_nothing(tmp_path: Path, content: object) -> None:
    assert written(tmp_path, content) is None


def test_a_broken_file_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "words.json").write_bytes(b"\xff{")
    assert read_words(tmp_path / "words.json") is None


def test_what_is_sound_in_a_file_is_read(tmp_path: Path) -> None:
    terrains = {
        "grass": TERRAIN,
        "b": 3,
        "c": {"nouns": ["x", 4, "y" * 99], "colour": "red", "roughness": "r"},
    }
    synonyms = {"turf": "grass", "mud": 3, "sea": "water"}
    words = written(tmp_path, {"terrains": terrains, "adjectives": ["wet", 1], "synonyms": synonyms})
    assert words is not None
    assert [*words.terrains] == ["grass", "c"]
    assert words.terrains["c"] == (("x",), "", 0.0)
    assert words.adjectives == ("wet",)
    assert {word: meaning.noun for word, meaning in words.meanings.items()} == {
        "turf": "grass",
        "grass": "grass",
        "x": "x",
    }


def test_words_are_given_as_they_were_read(tmp_path: Path) -> None:
    content = {"terrains": {"grass": TERRAIN}, "adjectives": ["wet"], "unlike_any": ["rug"]}
    words = written(tmp_path, content)
    assert words is not None
    rest: dict[str, object] = {
        "painted": [],
        "astray": [],
        "darkens": False,
        "clashes": [],
        "modifiers": {},
        "synonyms": {},
    }
    assert json.loads(json.dumps(words.as_json())) == content | rest


def test_phrases_that_were_measured_count_as_measured(tmp_path: Path) -> None:
    synonyms = {"turf path": "grass", "odd grass": "grass"}
    lists = {"painted": ["Turf path", "of no list"], "astray": ["odd grass", "nor this"]}
    words = written(tmp_path, {"terrains": {"grass": TERRAIN}, "synonyms": synonyms, **lists})
    assert words is not None
    assert words.meanings["turf path"] == Meaning("grass", "grass", is_known=True)
    assert words.meanings["odd grass"] == Meaning("grass", "", is_known=False)
    assert len(words.meanings) == 3
