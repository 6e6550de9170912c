"""The table of words that a model does not know, each with the known noun that it comes nearest to.

The lists beside this file were read by a person: a noun a line, then the words whose picture it comes nearest
to. After "-" stand words that nothing known looks like.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from training.data.held_out import HELD_OUT
from training.terrain.catalog import TERRAINS
from training.text.synonyms.model_words import first_nouns

NOTHING: Final = "-"  # stands for the noun where no picture comes near
LISTS: Final = ("japanese", "spanish", "french", "german", "english")  # of a word in two, the last counts


def synonyms(nouns: Mapping[str, str]) -> dict[str, str]:
    """Every word with its nearest noun, sorted. `nouns` are a model's own, each with its terrain's name.

    What a person wrote by hand counts more than what the catalogue says of its terrains.
    """
    found = {fold(word): noun for word, noun in _from_catalogue(nouns)}
    for name in LISTS:
        found |= {fold(word): noun for word, noun in read_list(Path(__file__).parent / f"{name}.txt")}
    known = {fold(noun) for noun in nouns}
    wanted = {word: noun for word, noun in found.items() if noun in nouns and word not in known}
    plurals = {plural(noun): noun for noun in nouns if noun.islower()}  # of the English ones
    return dict(
        sorted(({each: noun for each, noun in plurals.items() if each not in known} | wanted).items())
    )


def modifiers(adjectives: Collection[str]) -> dict[str, str]:
    """Every further adjective with the one, of a model's own, that it comes nearest to, sorted."""
    found = {fold(word): near for word, near in read_list(Path(__file__).parent / "adjectives.txt")}
    return dict(
        sorted((word, near) for word, near in found.items() if near in adjectives and word not in adjectives)
    )


def unlike_any() -> list[str]:
    """Words that no terrain looks like, sorted."""
    found = dict(each for name in LISTS for each in read_list(Path(__file__).parent / f"{name}.txt"))
    return sorted({fold(word) for word, noun in found.items() if noun == NOTHING})


def fold(word: str) -> str:
    """A word as it is looked up: in small letters, with one space between its parts."""
    return " ".join(word.lower().split())


def plural(noun: str) -> str:
    """The regular plural of an English noun."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun if noun.endswith("s") else f"{noun}es"
    return re.sub(r"([^aeiou])y$", r"\1ie", noun) + "s"


def read_list(file: Path) -> Iterator[tuple[str, str]]:
    """Each word of a list with its noun."""
    for line in file.read_text(encoding="utf-8").splitlines():
        noun, _, words = line.partition(":")
        yield from ((word.strip(), noun) for word in words.split(","))


def _from_catalogue(nouns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Words of the catalogue for the terrains that the model was trained on, the held-out ones among them."""
    for name, noun in first_nouns(nouns).items():
        yield from ((word, noun) for word in (*TERRAINS[name].words, *HELD_OUT[name]))
