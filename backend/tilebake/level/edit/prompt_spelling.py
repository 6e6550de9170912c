"""Spellings of other tools: weights that are almost ours, and tags that mean nothing here.

A weight that can mean one thing alone is read: a decimal comma, full-width brackets, a comma before the
closing bracket. It is respelled when a file is read, so that a digest holds what is painted. One that may
mean several things is refused with the right spelling. Tags stay plain words, and whoever asks is told so.
"""
# ruff: noqa: RUF001 - full-width brackets are what this is about

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_NUMBER: Final = r"(?:\d++(?:[.,．，]\d*+)?+|[.．]\d++)"
_NARROW: Final = str.maketrans("（）：．，", "():.,")

# Possessive (++), so that hostile prompts take no longer than others.
_READABLE: Final = re.compile(
    r"(?<!\\)(?P<open>[(（])(?P<words>[^()（）\[\]\\]*)(?P<colon>[:：])(?P<gap>\s*)"
    r"(?P<number>\d++(?:[.．]\d++|[,，]\d{1,2})?)(?P<end>\s*+)(?P<comma>[,，]?)\s*+(?P<close>[)）])"
)
_TEMPTING: Final = re.compile(
    rf"(?P<behind>(?<!\\)[)）]\s*+[:：]\s*+(?P<a>{_NUMBER})(?![\w.]))"
    rf"|(?P<double>::\s*+(?P<b>{_NUMBER})(?![\w.\]]|\s*\]))"
    rf"|(?P<inside>[:：]\s*+(?P<c>{_NUMBER})[\d.,．，%;；\s]*+[)）])"
    rf"|(?P<other>[;；=]\s*+(?P<d>\d++[.．]\d++)\s*+[)）])"
)
_SQUARE: Final = re.compile(
    rf"(?<!\\)\[(?P<words>[^\[\]:|\\]*[^\[\]:|\\\s])\s*:\s*(?P<number>{_NUMBER})\s*\]"
)
_PLAIN_WEIGHT: Final = re.compile(r":\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*\)")

_TAGS: Final = re.compile(
    r"(?P<wildcard>__[^\s_]+(?:_[^\s_]+)*__)"
    r"|(?P<lora><\w+:[^<>]{1,200}>)"
    r"|(?P<schedule>(?<!\\)\[[^\[\]:]{0,200}:[^\[\]:]{0,200}:\s*[\d.]+\s*\])"
    r"|(?P<turns>(?<!\\)\[[^\[\]|]{1,200}\|[^\[\]]{1,200}\])"
    r"|(?P<choice>\{[^{}|]{0,200}\|[^{}]{0,200}\})"
    r"|(?P<embedding>\bembedding:[^\s,]+)"
    r"|(?P<keyword>\b(?:BREAK|AND|ADDCOMM|ADDROW|ADDCOL|ADDBASE)\b)"
    r"|(?P<bare>(?<![\w:(])[^\W\d_]\w*:\d+\.\d+(?![\w.)]))"
)
_INSTEAD: Final = {
    "wildcard": "write the words themselves",
    "lora": 'name the file under "loras", of the map or of a terrain',
    "schedule": "words do not change over the steps here",
    "turns": "write one of them",
    "choice": "write one of them",
    "embedding": 'name its file under "embeddings"',
    "keyword": "each terrain has a prompt of its own here",
    "bare": "put brackets around what is to weigh more, as in (mossy:1.4)",
}


class Lookalike(NamedTuple):
    """Describe what looks like a weight and is none: where it begins, as it stands, and how to write it."""

    at: int
    text: str
    right: str


def respell(prompt: str) -> str:
    """Return a prompt with weights of other spellings as this tool writes them, where they are plain."""
    return _READABLE.sub(_respell, prompt)


def find_lookalike(prompt: str) -> Lookalike | None:
    """Return the first thing that looks like a weight and would be read as words, or None."""
    for found in _SQUARE.finditer(prompt):
        return Lookalike(found.start(), found[0], f"({found['words'].strip()}:{_plain(found['number'])})")
    for found in _TEMPTING.finditer(prompt):
        if found["inside"] and _PLAIN_WEIGHT.fullmatch(found[0]):
            continue
        number = found["a"] or found["b"] or found["c"] or found["d"]
        words = _words_before(prompt[: found.start()], last_only=bool(found["double"]))
        return Lookalike(found.start(), found[0], f"({words}:{_plain(number)})")
    return None


def foreign_tags(prompt: str) -> Iterator[str]:
    """Say for each tag of another tool what it is read as and what to do instead; each once."""
    seen: set[str] = set()
    for found in _TAGS.finditer(prompt):
        kind, text = found.lastgroup or "", found[0]
        if text not in seen:
            seen.add(text)
            yield f"{text[:60]!r} at character {found.start() + 1} is read as plain words: {_INSTEAD[kind]}"


def _respell(found: re.Match[str]) -> str:
    is_foreign = any(
        each in "（）：．，," for part in ("open", "colon", "number", "close") for each in found[part]
    )
    if not is_foreign and not found["comma"]:
        return found[0]
    return f"({found['words']}:{found['gap']}{_plain(found['number'])}{found['end']}){found['comma'] and ','}"


def _words_before(beginning: str, *, last_only: bool) -> str:
    """Return the words that a weight at the end of this text is meant for."""
    within = re.split(r"[()（）\[\],]", beginning[-200:])[-1].strip()
    return (within.split()[-1:] or ["words"])[0] if last_only or not within else within


def _plain(number: str) -> str:
    return number.translate(_NARROW).replace(",", ".").strip(".")
