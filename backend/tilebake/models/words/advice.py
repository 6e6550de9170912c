"""Tell the writer of a prompt which words a model does not know, and the nearest that it knows."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from tilebake.errors import Diagnostic
from tilebake.models.words.model_words import ModelWords
from tilebake.models.words.reading import Reading, read_prompt

_ALIKE: Final = 0.82  # difflib's ratio from which on a word may be a slip of another
_TRIED: Final = 6  # words of a prompt that are compared with all that are known
_SHORTEST: Final = 3  # letters of a word that stands for another: "see" in "bergsee"
_NEAR: Final = 3  # nouns that are named
_TOLD: Final = 3  # phrases that are named
_READ: Final = 2  # known nouns that are named
_QUOTED: Final = 60  # characters of a prompt


def advise(prompt: str, *, is_negative: bool = False, words: ModelWords, model: str) -> Iterator[Diagnostic]:
    """Yield what to tell about a prompt's plain text: nothing, or a note or two.

    `model` is its reference. Words that say nothing of a terrain are passed over. Of a negative prompt, known
    nouns are told where they darken the picture.
    """
    name = f"the {model} model" if model == "embedded" else f'the model "{model}"'
    reading = read_prompt(prompt, words)
    if is_negative:
        if words.darkens and reading.carriers:
            yield Diagnostic(f'"{reading.carriers[0].noun}" darkens what {name} paints', hint="leave it out")
    elif reading.strangers:
        yield _unknown(reading, words, name)
    elif not reading.carriers and prompt.strip():
        near = _guess(reading.rest, words)
        hint = _nearest(near) if near else f"`tilebake models info {model}` lists those that it knows"
        yield Diagnostic(f'{name} knows no noun in "{prompt.strip()[:_QUOTED]}"', hint=hint)
    said = {word for phrase in reading.strangers for word in phrase.text.split()}
    unsaid = [word for word in reading.modifiers if word not in said and not _repeats(word, reading, words)]
    if unsaid and (reading.carriers or reading.strangers) and not is_negative:
        yield _unread(unsaid, reading, words, name, model)
    if not is_negative:
        yield from _clashes(reading, words, name)


def _unknown(reading: Reading, words: ModelWords, name: str) -> Diagnostic:
    told = reading.strangers[:_TOLD]
    quoted = _quote(phrase.text for phrase in told)
    what = f"{' and '.join(quoted)} {'is' if len(quoted) == 1 else 'are'} unknown to {name}"
    if reading.carriers:
        what += f", which reads {' and '.join(_quote(each.noun for each in reading.carriers)[:_READ])}"
    nouns = list(dict.fromkeys(phrase.meaning.noun for phrase in told if phrase.meaning.noun))
    if not nouns:
        return Diagnostic(what, hint="nothing that it knows looks like it")
    return Diagnostic(what, hint=_nearest(words.nearest(nouns[0], _NEAR) if len(nouns) == 1 else nouns))


def _unread(
    modifiers: Sequence[str], reading: Reading, words: ModelWords, name: str, model: str
) -> Diagnostic:
    """Tell of words that only say more about something: the picture will not show what they say."""
    told = modifiers[:_TOLD]
    what = f"{' and '.join(_quote(told))} {'is' if len(told) == 1 else 'are'} unknown to {name}"
    if reading.carriers:
        what += f", which reads {' and '.join(_quote(each.noun for each in reading.carriers)[:_READ])}"
    near = list(dict.fromkeys(filter(None, (_near_modifier(word, words) for word in told))))
    if near:
        return Diagnostic(what, hint=_nearest(near))
    return Diagnostic(what, hint=f"`tilebake models info {model}` lists its adjectives")


def _clashes(reading: Reading, words: ModelWords, name: str) -> Iterator[Diagnostic]:
    """Tell of adjectives that are known, and together come out as another terrain than is meant."""
    terrains = {meaning.terrain for meaning in reading.carriers}
    for clash in words.clashes:
        one, other = (
            next((each for each in reading.adjectives if each in some), "")
            for some in (clash.one, clash.other)
        )
        if one and other and terrains and clash.paints not in terrains:
            what = f'"{one}" and "{other}" together are {words.terrains[clash.paints].nouns[0]} to {name}'
            yield Diagnostic(what, hint="leave one of them out")


def _repeats(modifier: str, reading: Reading, words: ModelWords) -> bool:
    """Tell whether a word only names a terrain that the prompt has anyway: "sandy beach", "pine trees"."""
    word = modifier.lower()
    named = words.meanings.get(word[:-1]) if word.endswith("y") else None
    if named is None and not words.nearest_adjective(word):
        named = words.meanings.get(word)
    return named is not None and named.terrain in {meaning.terrain for meaning in reading.carriers}


def _near_modifier(word: str, words: ModelWords) -> str:
    """Return the known adjective that comes nearest to a word or is spelled alike, else the nearest noun."""
    alike = get_close_matches(word.lower(), sorted(words.plain_adjectives), n=1, cutoff=_ALIKE)
    meaning = words.meanings.get(word.lower())
    noun = "" if meaning is None else meaning.noun
    return words.nearest_adjective(word) or next(iter(alike), noun)


def _quote(texts: Iterable[str]) -> list[str]:
    return [f'"{text}"' for text in dict.fromkeys(texts)]


def _nearest(nouns: Sequence[str]) -> str:
    return f"nearest that it knows: {', '.join(nouns)}"


def _guess(rest: Sequence[str], words: ModelWords) -> tuple[str, ...]:
    """Return the nouns that one of these words may have meant; none if nothing is alike."""
    found = (_noun_like(word.lower(), words) for word in rest[:_TRIED])
    noun = next((each for each in found if each), "")
    return words.nearest(noun, _NEAR) if noun else ()


def _noun_like(word: str, words: ModelWords) -> str:
    """Return the noun of a word's singular, of one spelled alike, or of the word that it ends with.

    Two neighbouring letters that change places make a short word less alike than it is to a reader.
    """
    swapped = [f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}" for at in range(len(word) - 1)]
    singulars = [word[: -len(ending)] for ending in ("s", "es", "n", "en") if word.endswith(ending)]
    begun_alike = [each for each in words.meanings if each[0] == word[0]]
    alike = get_close_matches(word, begun_alike, n=1, cutoff=_ALIKE)
    endings = [word[at:] for at in range(1, len(word) - _SHORTEST + 1)]
    found = (
        words.meanings.get(each)
        for each in (*singulars, *swapped, *alike, *endings)
        if len(each) >= _SHORTEST
    )
    return next((meaning.noun for meaning in found if meaning is not None), "")
