"""Parse a JSON text, and locate each of its values, so that errors name line and column."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NoReturn

from tilebake.errors import Location, MapError
from tilebake.level.source.encoding import number, position
from tilebake.level.source.json_positions import (
    MAX_DEPTH,
    JsonPath,
    Spot,
    character_at,
    find,
    path_of_next,
    path_text,
    snippet,
    spots,
    unescape,
)

SAVE_ANEW: Final = "save it anew in its editor"  # a hint about another editor's file
MAX_DIGITS: Final = 300  # more than a double can hold
SPELLINGS: Final = 1 << 14  # of numbers that are remembered while a text is parsed

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _RepeatedKeyError(ValueError):
    """Raise for a key that an object has twice."""


class _NotFiniteError(ValueError):
    """Raise for NaN and Infinity."""


@dataclass(frozen=True)
class JsonText:
    """Hold a JSON text and the file that it came from."""

    text: str
    file: Path | None = None
    if_empty: str = 'write a map, which begins with {"tilebake": 1'  # a hint

    def parse(self, constants: Iterable[object] = ()) -> object:
        """Return the value that the text holds; `constants` stand for the NaNs in it, in their order.

        Raises MapError for all that is not JSON, and for what JSON allows and a map does not:
        keys given twice, nesting deeper than MAX_DEPTH, absurdly long numbers, half characters.
        """
        if not self.text.strip():
            raise self._at(0, (), "the file is empty", self.if_empty)
        try:
            value = json.loads(
                self.text,
                parse_float=lru_cache(SPELLINGS)(number),  # a map has few numbers, each many times
                object_pairs_hook=_unique,
                parse_constant=_Constants(constants).next,
            )
        except json.JSONDecodeError as error:
            self._refuse_syntax(error)
        except RecursionError:
            self._refuse_first(lambda spot: len(spot.path) > MAX_DEPTH, _TOO_DEEP)
        except _RepeatedKeyError:
            self._refuse_first(lambda spot: spot.repeated, _REPEATED)
        except _NotFiniteError:
            self._refuse_first(self._is_not_finite, _NOT_FINITE)
        except ValueError:  # Python's own limit on the digits of whole numbers
            self._refuse_first(self._is_long_number, _LONG_NUMBER)
        if (not self.text.isascii() and _SURROGATE.search(self.text)) or _ESCAPED_SURROGATE.search(self.text):
            self._refuse_surrogates()
        return value

    def error_at(
        self,
        what: str,
        path: JsonPath = (),
        *,
        hint: str | None = None,
        at_key: bool = False,
        character: int | None = None,
    ) -> MapError:
        """Make the error for what is wrong at a path: at its value, its key, or a character of its string."""
        spot = find(self.text, path)
        if at_key and spot.key_at is not None:
            return self._at(spot.key_at, path, what, hint)
        if character is not None:
            return self._at(character_at(self.text, spot, character), (*path, character), what, hint)
        return self._at(spot.at, path, what, hint)

    def first(self, paths: Sequence[JsonPath]) -> JsonPath:
        """Return the path whose value comes first in the text; the first given if it has none of them."""
        return next((spot.path for spot in spots(self.text) if spot.path in paths), paths[0])

    def _at(self, offset: int, path: JsonPath, what: str, hint: str | None) -> MapError:
        place = Location(self.file, *position(self.text, offset), path_text(path))
        return MapError(what, where=place, hint=hint)

    def _refuse_syntax(self, error: json.JSONDecodeError) -> NoReturn:
        offset, what, hint = explain_syntax(self.text, error)
        path = path_of_next(self.text[:offset])
        raise self._at(offset, path, what, hint) from None

    def _refuse_first(self, wrong: Callable[[Spot], bool], mistake: tuple[str, str]) -> NoReturn:
        """Raise `mistake` for the first spot that is wrong."""
        spot = next((spot for spot in spots(self.text) if wrong(spot)), Spot((), 0, 0, None, False))
        offset = spot.key_at if spot.repeated and spot.key_at is not None else spot.at
        path = spot.path if len(spot.path) <= MAX_DEPTH else spot.path[:3]
        what, hint = mistake
        raise self._at(offset, path, what.format(snippet(spot.path[-1] if spot.path else "")), hint) from None

    def _is_not_finite(self, spot: Spot) -> bool:
        return self.text.startswith(("NaN", "Infinity", "-Infinity"), spot.at)

    def _is_long_number(self, spot: Spot) -> bool:
        return spot.end - spot.at > MAX_DIGITS and self.text[spot.at] in "-0123456789"

    def _refuse_surrogates(self) -> None:
        """Raise when a string or a key holds half of a character; whole pairs of escapes are fine."""
        for spot in spots(self.text):
            key = str(spot.path[-1]) if spot.path else ""
            if _SURROGATE.search(key):
                raise self._at(spot.at if spot.key_at is None else spot.key_at, spot.path[:-1], *_SURROGATES)
            if self.text[spot.at] == '"' and _SURROGATE.search(unescape(self.text[spot.at : spot.end])):
                raise self._at(spot.at, spot.path, *_SURROGATES)


_TOO_DEEP: Final = (f"is nested more than {MAX_DEPTH} deep", "a map is at most five deep: remove brackets")
_REPEATED: Final = ("the key {} is given twice", "remove one of the two")
_NOT_FINITE: Final = ("NaN and Infinity are not numbers of JSON", "write a finite number")
_LONG_NUMBER: Final = (f"a number of more than {MAX_DIGITS} digits", "write a shorter one")
_SURROGATES: Final = ("a lone surrogate: half of a character", "write the whole character")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _RepeatedKeyError
    return value


class _Constants:
    """Give one value after the other for what is not a finite number, and refuse the first one too many."""

    def __init__(self, values: Iterable[object]) -> None:
        self._values = iter(values)

    def next(self, _constant: str) -> object:
        for value in self._values:
            return value
        raise _NotFiniteError


def explain_syntax(text: str, error: json.JSONDecodeError) -> tuple[int, str, str]:
    """Return offset, what is wrong and what to do, in words for people who do not know JSON."""
    end = len(text.rstrip())
    at, here = error.pos, text[error.pos : error.pos + 1]
    before = text[:at].rstrip()
    if here == "," and text[at + 1 :].lstrip()[:1] in ("}", "]"):  # where Python 3.13 points
        return at, "a comma before a closing bracket", "remove the comma"
    if here in ("}", "]") and before.endswith(","):
        return len(before) - 1, "a comma before a closing bracket", "remove the comma"
    if at >= end or error.msg.startswith("Unterminated string"):
        return (
            min(at, end),
            "the file ends before the map is complete",
            "save it again, or close what is open here",
        )
    if error.msg.startswith("Extra data"):
        return at, "text after the end of the map", "remove it, or check that brackets match"
    if error.msg.startswith("Invalid control character"):
        return at, "a line break or control character inside a text", "close the quotes, or write \\n"
    if error.msg.startswith("Invalid \\"):
        return at, "a backslash that JSON does not know", "write \\\\ for a backslash"
    if here == "'":
        return at, "single quotes", 'put "double quotes" around texts and keys'
    if here in ("/", "#"):
        return at, "JSON has no comments", "remove it"
    if error.msg.startswith("Expecting ',' delimiter"):
        return at, "a comma or a closing bracket is missing before this", "add it"
    if error.msg.startswith("Expecting ':' delimiter"):
        return at, "a colon is missing before this", "add it"
    if error.msg.startswith("Expecting property name"):
        return at, "a key is due here", 'put "double quotes" around it'
    word = re.match(r"\w+|.", text[at:], re.DOTALL)
    return (
        at,
        f"not JSON: a value is due here, not {snippet(word.group() if word else here)}",
        ('write a number, a "text", true, false, null, [...] or {...}'),
    )
