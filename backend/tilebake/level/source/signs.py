"""Split a row into the signs that people see: 🏔️ is several code points, and é as some type it."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

_JOINER: Final = "\u200d"  # of emoji that are one picture together
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_VOWELS_OF_HANGUL: Final = range(0x1160, 0x1200)  # and final consonants: a syllable taken apart
_TAGS: Final = range(0xE0020, 0xE0080)
_LETTERS_OF_FLAGS: Final = range(0x1F1E6, 0x1F200)
_VARIATIONS: Final = dict.fromkeys(map(ord, "\ufe0e\ufe0f"))  # a sign as text, and as a picture


class Sign(NamedTuple):
    """Hold a sign in the spelling that all of its spellings share, and where in its row it begins."""

    spelling: str
    at: int


def signs_of(row: str) -> Iterator[Sign]:
    """Yield the signs of a row: a base with all marks, variations and joined bases that follow it."""
    start, flags = 0, 0
    for at, character in enumerate(row):
        flags = flags + 1 if ord(character) in _LETTERS_OF_FLAGS else 0
        if at and not _continues(row[at - 1], character) and (flags != 2):
            yield Sign(spell_sign(row[start:at]), start)
            start = at
        flags %= 2
    if row:
        yield Sign(spell_sign(row[start:]), start)


def spell_sign(sign: str) -> str:
    """Return one spelling for a sign: composed (NFC), and without saying whether it is text or picture."""
    return unicodedata.normalize("NFC", sign.translate(_VARIATIONS) or sign)


def is_one_sign(text: str) -> bool:
    """Tell whether a text is a single sign."""
    return len(text) == 1 or len([*signs_of(text)]) == 1


def are_plain(legend: Mapping[str, object], rows: Iterable[str]) -> bool:
    """Tell whether every code point of the rows is a key of the legend: then each is a sign, as it is."""
    return all(legend.keys() >= set(row) for row in rows)


def _continues(before: str, character: str) -> bool:
    point = ord(character)
    if point < 0x300:
        return False
    is_mark = unicodedata.category(character) in ("Mn", "Me", "Mc")
    is_joined = _JOINER in (before, character) or point in _VOWELS_OF_HANGUL
    return is_mark or is_joined or point in _SKIN_TONES or point in _TAGS
