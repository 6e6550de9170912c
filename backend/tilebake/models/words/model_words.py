"""Read the words that a model was taught, from the words.json beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, cast

from tilebake.errors import ModelError
from tilebake.models.model_file import read_json

WORDS_NAME: Final = "words.json"
_LISTS: Final = ("adjectives", "unlike_any", "painted", "astray")
_LONGEST: Final = 60  # characters of a word or phrase; longer ones are left out

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


class KnownTerrain(NamedTuple):
    """Hold what a model calls a terrain, the commonest noun first, and how it paints it."""

    nouns: tuple[str, ...]
    colour: str  # "#rrggbb", the mean of its paintings; empty where unknown
    roughness: float  # the deviation of their luminance, 0 to 1

    def as_json(self) -> dict[str, object]:
        """Return it as words.json holds it."""
        return self._asdict()


class Clash(NamedTuple):
    """Hold adjectives that a model paints as a terrain of their own where it reads one of each kind."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    paints: str  # the terrain

    def as_json(self) -> dict[str, object]:
        """Return it as words.json holds it."""
        return self._asdict()


class Meaning(NamedTuple):
    """Say what a phrase is to a model: the noun that it is or comes nearest to, and that noun's terrain."""

    noun: str  # empty, as is the terrain, where nothing comes near
    terrain: str  # empty, too, where the phrase holds that noun and is painted as something else
    is_known: bool


@dataclass(frozen=True)
class ModelWords:
    """Hold the words that a model was taught, and further ones with the noun that each comes nearest to."""

    terrains: Mapping[str, KnownTerrain]
    adjectives: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict[str, str])
    unlike_any: tuple[str, ...] = ()  # words for which it paints nothing that comes near
    painted: tuple[str, ...] = ()  # of the synonyms, those that come out as their noun, whatever is in them
    astray: tuple[str, ...] = ()  # and those that do not, though they hold a noun of the same terrain
    modifiers: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # further adjectives, each with the one of its own that it comes nearest to
    clashes: tuple[Clash, ...] = ()
    darkens: bool = False  # whether its pictures darken where a negative prompt has a noun that it knows

    @cached_property
    def meanings(self) -> Mapping[str, Meaning]:
        """Return what each phrase means, in small letters."""
        known = {
            noun.lower(): Meaning(noun, name, is_known=True)
            for name, terrain in self.terrains.items()
            for noun in terrain.nouns
        }
        near = {
            word.lower(): known[noun.lower()]._replace(is_known=False)
            for word, noun in self.synonyms.items()
            if noun.lower() in known
        }
        near |= {
            word.lower(): near[word.lower()]._replace(is_known=True)
            for word in self.painted
            if word.lower() in near
        }
        near |= {
            word.lower(): near[word.lower()]._replace(terrain="")
            for word in self.astray
            if word.lower() in near
        }
        strange = {word.lower(): Meaning("", "", is_known=False) for word in self.unlike_any}
        return strange | near | known

    @cached_property
    def plain_adjectives(self) -> frozenset[str]:
        """Return its adjectives in small letters."""
        return frozenset(adjective.lower() for adjective in self.adjectives)

    @cached_property
    def adjective_words(self) -> frozenset[str]:
        """Return the words of its adjectives in small letters: "dark" and "blue" of "dark blue"."""
        return frozenset(word for adjective in self.plain_adjectives for word in adjective.split())

    def as_json(self) -> dict[str, object]:
        """Return them as words.json holds them."""
        terrains = {name: terrain.as_json() for name, terrain in self.terrains.items()}
        return {
            "terrains": terrains,
            "adjectives": list(self.adjectives),
            "unlike_any": list(self.unlike_any),
            "painted": list(self.painted),
            "astray": list(self.astray),
            "darkens": self.darkens,
            "clashes": [clash.as_json() for clash in self.clashes],
            "modifiers": dict(self.modifiers),
            "synonyms": dict(self.synonyms),
        }

    def nearest_adjective(self, word: str) -> str:
        """Return the adjective that it was taught and another one comes nearest to; empty for none."""
        near = self.modifiers.get(word.lower(), "")
        return near if near.lower() in self.plain_adjectives else ""

    def nearest(self, noun: str, count: int = 3) -> tuple[str, ...]:
        """Return a noun, followed by others of its terrain."""
        terrain = self.terrains[self.meanings[noun.lower()].terrain]
        return (noun, *(other for other in terrain.nouns if other != noun))[:count]


def read_words(path: Path) -> ModelWords | None:
    """Read a model's words.json; None where there is none, or where it holds no words.

    It changes no pixel, so that a broken or closed one is passed over, and so are its broken entries.
    """
    try:
        given = read_json(path) if path.is_file() else {}
    except (ModelError, OSError):
        return None
    entries = {name: _terrain(entry) for name, entry in _items(given.get("terrains"))}
    terrains = {name: terrain for name, terrain in entries.items() if terrain is not None}
    lists = {key: tuple(_phrases(given.get(key))) for key in _LISTS}
    synonyms = {word: noun for word, noun in _items(given.get("synonyms")) if isinstance(noun, str)}
    modifiers = {word: near for word, near in _items(given.get("modifiers")) if isinstance(near, str)}
    if not terrains:
        return None
    return ModelWords(
        terrains,
        synonyms=synonyms,
        modifiers=modifiers,
        clashes=tuple(_clashes(given.get("clashes"), terrains)),
        darkens=given.get("darkens") is True,
        **lists,
    )


def _terrain(entry: object) -> KnownTerrain | None:
    if not isinstance(entry, dict):
        return None
    given = cast("dict[str, object]", entry)
    nouns = tuple(_phrases(given.get("nouns")))
    colour, roughness = given.get("colour"), given.get("roughness")
    if not nouns:
        return None
    return KnownTerrain(
        nouns,
        colour if isinstance(colour, str) and _COLOUR.fullmatch(colour) else "",
        float(roughness) if isinstance(roughness, int | float) and 0 <= roughness <= 1 else 0.0,
    )


def _clashes(value: object, terrains: Mapping[str, KnownTerrain]) -> Iterator[Clash]:
    for entry in cast("list[object]", value) if isinstance(value, list) else []:
        given = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
        paints = given.get("paints")
        if isinstance(paints, str) and paints in terrains:
            yield Clash(tuple(_phrases(given.get("one"))), tuple(_phrases(given.get("other"))), paints)


def _items(value: object) -> Iterator[tuple[str, object]]:
    """Yield the entries of an object whose keys are words."""
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        yield from ((key, each) for key, each in entries.items() if _is_phrase(key))


def _phrases(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (
            each for each in cast("list[object]", value) if isinstance(each, str) and _is_phrase(each)
        )


def _is_phrase(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isprintable() and bool(text.strip())
