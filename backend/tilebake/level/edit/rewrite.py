"""Make an edit's prompts from what a user asks for: words to swap, a new prompt, words to weigh."""

import re
from collections.abc import Iterable, Mapping

from tilebake.errors import PromptError
from tilebake.level.edit.prompt_words import has_word, no_such_word, plain_text
from tilebake.level.edit.weight_syntax import compose

Prompts = Mapping[str | None, str]
"""Prompts by terrain; None is the base prompt."""


def replace_phrase(prompts: Prompts, old: str, new: str) -> Prompts:
    """Replace a word or phrase, in any case, in the prompts that have it; return those.

    Raises PromptError when none has it.
    """
    pattern = _whole_words(old)
    composed = {place: compose(text) for place, text in prompts.items()}
    found = {place: text for place, text in composed.items() if pattern.search(text)}
    if not found:
        raise _absent(old, prompts.values())
    return {place: pattern.sub(lambda _: new, text) for place, text in found.items()}


def replace_prompt(prompts: Prompts, text: str) -> Prompts:
    """Replace the one prompt there is by a text. Raises PromptError when there are several."""
    if len(prompts) != 1:
        raise PromptError("a refined prompt is one prompt's", hint="say which: name one terrain, or the base")
    return dict.fromkeys(prompts, text)


def select_prompts(prompts: Prompts, words: Iterable[str]) -> Prompts:
    """Return the prompts that have at least one of these words. Raises PromptError when none has."""
    patterns = [_whole_words(word) for word in words]
    found = {
        place: text for place, text in prompts.items() if any(each.search(compose(text)) for each in patterns)
    }
    if not found:
        raise _absent(" or ".join(words), prompts.values())
    return found


def weigh_words(prompts: Prompts, weights: Mapping[str, float]) -> dict[str | None, dict[str, float]]:
    """Return for each prompt the weights of the words that it has. Raises PromptError for other words."""
    for word in weights:
        if not any(has_word(text, word) for text in prompts.values()):
            raise no_such_word(word, [plain_text(text) for text in prompts.values()])
    return {
        place: {word: weight for word, weight in weights.items() if has_word(text, word)}
        for place, text in prompts.items()
    }


def _whole_words(phrase: str) -> re.Pattern[str]:
    """Match the phrase in a composed text, with any space between its words and no letter beside them."""
    words = r"\s+".join(re.escape(word) for word in compose(phrase).split())
    return re.compile(rf"(?<!\w){words}(?!\w)" if words else r"(?!)", re.IGNORECASE)


def _absent(phrase: str, prompts: Iterable[str]) -> PromptError:
    return PromptError(
        f"there is no {phrase!r} in {' and '.join(repr(text) for text in dict.fromkeys(prompts))}",
        hint="take words that stand there, in that order",
    )
