"""Words of a prompt, by the one rule that both a map's reading and a model's tokens go by."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from tilebake.errors import PromptError
from tilebake.level.edit.weight_syntax import compose, parse_prompt

WORDS: Final = re.compile(r"\w+(?:['\u2019-]\w+)*|[^\w\s]")
LIKE: Final = 0.5  # difflib's ratio from which on a word is worth naming to somebody who mistyped


def plain_text(prompt: str) -> str:
    """Return a prompt's text without the syntax of its weights. Raises PromptError."""
    return "".join(stretch.text for stretch in parse_prompt(prompt))


def words_of(text: str) -> tuple[str, ...]:
    """Split a plain text into words and punctuation marks in small letters, as CLIP reads it."""
    return tuple(match[0].lower() for match in WORDS.finditer(compose(text)))


def starts_of(words: Sequence[str], sought: Sequence[str]) -> tuple[int, ...]:
    """Find where the sought words stand in a row among `words`; no words are found nowhere."""
    last = len(words) - len(sought)
    return tuple(at for at in range(last + 1) if sought and [*words[at : at + len(sought)]] == [*sought])


def find_swaps(before: Sequence[str], after: Sequence[str]) -> tuple[slice, slice] | None:
    """Return which words are swapped for which: all from the first that differs to the last.

    Prompts of as many words are swapped whole, word by word. None where words are only added or taken away.
    """
    if len(before) == len(after):
        return slice(0, len(before)), slice(0, len(after))
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    old, new = slice(head, len(before) - tail), slice(head, len(after) - tail)
    return (old, new) if old.start < old.stop and new.start < new.stop else None


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """Count the words that are the same from the first on."""
    pairs = zip(before, after, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))


def has_word(prompt: str, word: str) -> bool:
    """Return whether a prompt has a word or phrase, in any case. Raises PromptError for broken weights."""
    return bool(starts_of(words_of(plain_text(prompt)), words_of(word)))


def no_such_word(word: str, texts: Iterable[str]) -> PromptError:
    """Make the error for a word that none of these plain texts has, naming the words that are near."""
    given = tuple(dict.fromkeys(texts))
    there = dict.fromkeys(each for text in given for each in words_of(text) if each[0].isalnum())
    near = get_close_matches(compose(word).lower(), there, cutoff=LIKE) or there
    return PromptError(
        f"there is no {word!r} in {' and '.join(repr(text) for text in given)}",
        hint=f"take one of: {', '.join(near)}" if near else "write a prompt with words first",
    )
