"""Words of a prompt → the columns of its embeddings, keys and attention maps that stand for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby
from operator import attrgetter

from tilebake.errors import PromptError
from tilebake.paint.prompt_tokens import WORDS
from tilebake.paint.prompts import PromptEmbeds

LIKE = 0.5  # difflib's ratio from which on a word is worth naming to somebody who mistyped


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a prompt, however many tokens it takes."""

    text: str  # in small letters, as CLIP reads it
    columns: tuple[int, ...]


def prompt_words(prompt: PromptEmbeds) -> tuple[Word, ...]:
    """A prompt's words and punctuation marks, in order."""
    return tuple(
        Word(prompt.text[start:end].lower(), tuple(token.position for token in tokens))
        for (start, end), tokens in groupby(prompt.tokens, key=attrgetter("word"))
    )


def find_word(prompt: PromptEmbeds, word: str) -> tuple[int, ...]:
    """The columns of a word or phrase, at every place where the prompt has it. Case does not count.

    Raises PromptError when the prompt does not have it, naming the words that are near.
    """
    columns = columns_of(prompt, word)
    if not columns:
        raise no_such_word(word, [prompt])
    return columns


def columns_of(prompt: PromptEmbeds, word: str) -> tuple[int, ...]:
    """The same, and nothing when the prompt does not have it."""
    words = prompt_words(prompt)
    sought = [match[0].lower() for match in WORDS.finditer(word)]
    starts = [
        start
        for start in range(len(words) - len(sought) + 1)
        if sought and [each.text for each in words[start : start + len(sought)]] == sought
    ]
    found = (words[at] for start in starts for at in range(start, start + len(sought)))
    return tuple(dict.fromkeys(column for each in found for column in each.columns))


def no_such_word(word: str, prompts: Sequence[PromptEmbeds]) -> PromptError:
    """The mistake of asking for a word that none of these prompts has."""
    there = [each.text for prompt in prompts for each in prompt_words(prompt) if each.text[0].isalnum()]
    near = get_close_matches(word.lower(), dict.fromkeys(there), cutoff=LIKE) or dict.fromkeys(there)
    texts = " and ".join(repr(text) for text in dict.fromkeys(prompt.text for prompt in prompts))
    return PromptError(
        f"there is no {word!r} in {texts}",
        mend=f"take one of: {', '.join(near)}" if near else "write a prompt with words first",
    )
