"""Find the columns of a prompt's embeddings, keys and attention maps that stand for its words."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from tilebake.level.edit.prompt_words import no_such_word, starts_of, words_of
from tilebake.paint.prompts.embeds import PromptEmbeds


@dataclass(frozen=True, slots=True)
class PromptWord:
    """Hold one word of a prompt, however many tokens it takes."""

    text: str  # in small letters, as CLIP reads it
    columns: tuple[int, ...]


def prompt_words(prompt: PromptEmbeds) -> tuple[PromptWord, ...]:
    """List a prompt's words and punctuation marks, in order."""
    return tuple(
        PromptWord(prompt.text[start:end].lower(), tuple(token.position for token in tokens))
        for (start, end), tokens in groupby(prompt.tokens, key=attrgetter("word"))
    )


def find_word(prompt: PromptEmbeds, word: str) -> tuple[int, ...]:
    """Find the columns of a word or phrase, at every place where the prompt has it. Case does not count.

    Raises PromptError when the prompt does not have it, naming the words that are near.
    """
    columns = columns_of(prompt, word)
    if not columns:
        raise no_such_word(word, [prompt.text])
    return columns


def columns_of(prompt: PromptEmbeds, word: str) -> tuple[int, ...]:
    """Find the columns of a word or phrase; none when the prompt does not have it."""
    words, sought = prompt_words(prompt), words_of(word)
    starts = starts_of([each.text for each in words], sought)
    found = (words[at] for start in starts for at in range(start, start + len(sought)))
    return tuple(dict.fromkeys(column for each in found for column in each.columns))
