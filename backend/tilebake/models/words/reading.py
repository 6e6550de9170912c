"""Split a prompt into what a model knows, what comes near to something that it knows, and the rest."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tilebake.models.words.model_words import Meaning, ModelWords
from tilebake.models.words.plain_words import is_plain

_PIECES: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|[,;.:/|&+\n\u3001\u3002\uff0c]")
_LONGEST: Final = 6  # words of a phrase
_READ: Final = 2000  # characters of a prompt; CLIP reads no more than some four hundred
_ENDS: Final = re.compile(r"\W|and|with|und|mit|et|avec|y|con")  # between the parts of a list
_ASIDES: Final = re.compile(  # what stands behind them only says where, or of what
    "of|in|on|at|by|near|under|through|from|beside|along|between|over|around|for|to|into|among|above|below"
    "|behind|before|after|inside|outside|without|like|von|im|am|auf|de|du|des|del|en|dans|sur"
)
# Kanji and kana are written without spaces.
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


class Phrase(NamedTuple):
    """Hold words that mean something to a model, as the prompt says them."""

    text: str
    meaning: Meaning
    parts: tuple[Meaning, ...] = ()  # of an unknown phrase: the known nouns in it

    @property
    def is_mixed(self) -> bool:
        """Tell whether the model reads several terrains at once here: "dirt path" comes out as neither."""
        return len({part.terrain for part in self.parts}) > 1

    @property
    def carriers(self) -> tuple[Meaning, ...]:
        """Return the known nouns that the model reads here."""
        return (self.meaning,) if self.meaning.is_known else self.parts


class Reading(NamedTuple):
    """Hold a prompt as a model that knows these words reads it."""

    heads: tuple[Phrase, ...]  # what its parts are about, in their order: "water" in "mountain water, clear"
    others: tuple[Phrase, ...]  # what only says more about them
    rest: tuple[str, ...]  # words that mean nothing to the model
    modifiers: tuple[str, ...]  # what is said of the heads in words that it was not taught: "misty", "taiga"

    adjectives: tuple[str, ...]  # that it was taught, in small letters

    @property
    def carriers(self) -> tuple[Meaning, ...]:
        """Return the nouns that it knows: the first carries the picture."""
        return tuple(meaning for phrase in (*self.heads, *self.others) for meaning in phrase.carriers)

    @property
    def strangers(self) -> tuple[Phrase, ...]:
        """Return what it is about and the model does not know: "stone wall", "dirt path", not "pine forest".

        What only says more about something counts where nothing is known.
        """
        terrains = {meaning.terrain for meaning in self.carriers}
        sought = self.heads if terrains else self.heads or self.others
        unknown = (phrase for phrase in sought if not phrase.meaning.is_known)
        return tuple(each for each in unknown if each.is_mixed or each.meaning.terrain not in terrains)


def read_prompt(text: str, words: ModelWords) -> Reading:
    """Read a prompt's plain text."""
    heads: list[Phrase] = []
    others: list[Phrase] = []
    rest: list[str] = []
    modifiers: list[str] = []
    adjectives: list[str] = []
    for part in _parts(_split(text, words), words):
        phrases = [each for each in part.before if isinstance(each, Phrase)]
        heads += [_qualify(each, part.adjectives, words) for each in phrases[-1:]]
        others += [*phrases[:-1], *(each for each in part.aside if isinstance(each, Phrase))]
        rest += [each for each in (*part.before, *part.aside) if isinstance(each, str)]
        modifiers += _modifiers(part, words)
        adjectives += [each.lower() for each in part.adjectives]
    return Reading(
        tuple(heads), tuple(others), tuple(rest), tuple(dict.fromkeys(modifiers)), tuple(adjectives)
    )


class _Adjective(str):
    """Mark a word as an adjective that the model knows."""

    __slots__ = ()


class _Part(NamedTuple):
    """Hold one part of a list: what comes before a preposition, and what after it."""

    before: list[Phrase | str]
    aside: list[Phrase | str]
    adjectives: list[str]  # that the model knows, before the preposition


def _modifiers(part: _Part, words: ModelWords) -> Iterator[str]:
    """Yield what says more about a part's head in words that the model was not taught.

    Of a head that it reads in part these are the words beside the known noun: "pine" of "pine forest".
    """
    head = next((each for each in reversed(part.before) if isinstance(each, Phrase)), None)
    for each in part.before:
        known = words.adjective_words
        if isinstance(each, str):
            said = [each]
        elif each is not head:
            said = [] if each.meaning.is_known else [each.text]
        else:
            said = each.text.split() if each.parts and not each.meaning.is_known else []
            known |= {word for meaning in each.parts for word in meaning.noun.lower().split()}
        yield from (word for word in said if word.lower() not in known and not is_plain(word))


def _qualify(head: Phrase, adjectives: Sequence[str], words: ModelWords) -> Phrase:
    """Return what a phrase is with an adjective further off: a "muddy village road" is a muddy road."""
    nouns = dict.fromkeys((head.text, *(each.noun for each in head.carriers)))
    for text in (f"{adjective} {noun}" for adjective in adjectives for noun in nouns):
        meaning = words.meanings.get(text.lower())
        if meaning is not None and not meaning.is_known:
            return Phrase(text, meaning, head.carriers)
    return head


def _split(text: str, words: ModelWords) -> list[str]:
    """Split a text into words and the marks between its parts; "pine-forest" is two, "moss-covered" known."""
    pieces: list[str] = _PIECES.findall(unicodedata.normalize("NFKC", text[:_READ]))
    return [part for piece in pieces for part in _split_hyphens(piece, words)]


def _split_hyphens(piece: str, words: ModelWords) -> Sequence[str]:
    is_known = piece.lower() in words.meanings or piece.lower() in words.plain_adjectives
    return [piece] if is_known else piece.split("-")


def _parts(pieces: Sequence[str], words: ModelWords) -> Iterator[_Part]:
    part = _Part([], [], [])
    is_aside = False
    for each in _phrases(pieces, words):
        if isinstance(each, str) and _ENDS.fullmatch(each.lower()):
            yield part
            part, is_aside = _Part([], [], []), False
        elif isinstance(each, str) and _ASIDES.fullmatch(each.lower()):
            is_aside = True
        elif isinstance(each, _Adjective):
            part.adjectives.extend([] if is_aside else [each])
        else:
            (part.aside if is_aside else part.before).append(each)
    yield part


def _phrases(pieces: Sequence[str], words: ModelWords) -> Iterator[Phrase | str]:
    """Yield the longest phrases that mean something, and each word between them; known adjectives as such."""
    at = 0
    while at < len(pieces):
        found = _longest(pieces[at : at + _LONGEST], words)
        if found is not None:
            yield found
            at += len(found.text.split())
            continue
        if _UNSPACED.search(pieces[at]):
            yield from _unspaced(pieces[at], words)
        else:
            is_adjective = pieces[at].lower() in words.plain_adjectives
            yield _Adjective(pieces[at]) if is_adjective else pieces[at]
        at += 1


def _longest(pieces: Sequence[str], words: ModelWords) -> Phrase | None:
    """Return the longest phrase with which these words begin, unless a known noun begins within it."""
    for count in range(len(pieces), 0, -1):
        meaning = words.meanings.get(_text(pieces[:count]))
        if count == 1 and pieces[0].lower() in words.plain_adjectives:
            return None
        if meaning is not None and (meaning.is_known or not _is_overlapped(pieces, count, words)):
            return Phrase(" ".join(pieces[:count]), meaning, _nouns_in(pieces[:count], words))
    return None


def _is_overlapped(pieces: Sequence[str], count: int, words: ModelWords) -> bool:
    """Tell whether a known noun begins within the first words and goes on behind them: "red [brick] wall"."""
    spans = (pieces[i:j] for i in range(1, count) for j in range(count + 1, len(pieces) + 1))
    return any((found := words.meanings.get(_text(span))) is not None and found.is_known for span in spans)


def _nouns_in(pieces: Sequence[str], words: ModelWords) -> tuple[Meaning, ...]:
    """Return the known nouns among the words of a phrase."""
    spans = (pieces[i:j] for i in range(len(pieces)) for j in range(len(pieces), i, -1))
    found = (words.meanings.get(_text(span)) for span in spans)
    return tuple(meaning for meaning in found if meaning is not None and meaning.is_known)


def _text(pieces: Sequence[str]) -> str:
    return " ".join(pieces).lower()


def _unspaced(text: str, words: ModelWords) -> Iterator[Phrase | str]:
    """Yield what means something in a text without spaces, the longest first at each place."""
    at, has_found = 0, False
    while at < len(text):
        ends = range(len(text), at, -1)
        end = next((each for each in ends if text[at:each].lower() in words.meanings), None)
        if end is None:
            at += 1
            continue
        has_found = True
        yield Phrase(text[at:end], words.meanings[text[at:end].lower()])
        at = end
    if not has_found:
        yield text
