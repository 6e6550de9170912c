r"""Weights in a prompt's text: `(mossy:1.4) stone`.

    (words:1.4)   weigh 1.4 times as much
    (words)       1.1 times
    [words]       1/1.1 times
    \( \) \[ \]   plain brackets

Brackets nest, and their weights multiply. They leave no trace in the text itself: `(mossy:1.4) stone` reads
`mossy stone`, which is encoded whole, each letter composed, as CLIP's tokenizers have it. Other tools'
spellings are read or refused: `prompt_spelling`.
"""

import re
import unicodedata
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from tilebake.errors import PromptError
from tilebake.level.edit.prompt_spelling import Lookalike, find_lookalike, respell

EMPHASIS = 1.1  # of plain brackets
HEAVIEST = 100.0  # above any use; keeps embeddings finite
PLAIN_BRACKETS = r"write \( \) \[ \] for brackets that are part of the text"

_PIECES = re.compile(
    r"\\(?P<escaped>[()\[\]])"
    r"|(?P<open>[(\[])"
    r"|:\s*(?P<weight>[+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*(?=\))"
    r"|(?P<close>[)\]])"
    r"|(?P<text>[^\\()\[\]:]+|[\\:])"
)


def compose(text: str) -> str:
    """Return a text with one character for each letter, however its accents were typed: Unicode's NFC."""
    return unicodedata.normalize("NFC", text)


class WeightedText(NamedTuple):
    """Hold a stretch of a prompt that has one weight."""

    text: str
    weight: float


def parse_prompt(prompt: str) -> tuple[WeightedText, ...]:
    """Split a prompt into stretches of one weight; together they are its text without the syntax.

    Raises PromptError: a bracket without its partner, a weight beyond 0 to 100, what only looks like a
    weight, and text that is no Unicode.
    """
    prompt = respell(prompt)
    if any("\ud800" <= character <= "\udfff" for character in prompt):
        raise PromptError(f"{_quote(prompt)} holds half of a surrogate pair", hint="save it as UTF-8 anew")
    if (lookalike := find_lookalike(prompt)) is not None:
        raise _no_weight(prompt, lookalike)
    pieces = list(_PIECES.finditer(prompt))
    factors = _bracket_factors(prompt, pieces)
    weights = [1.0]  # of the brackets that are open here, outermost first
    stretches: list[WeightedText] = []
    for piece in pieces:
        if piece["open"]:
            weights.append(weights[-1] * factors[piece.start()])
        elif piece["close"]:
            weights.pop()
        elif not piece["weight"]:
            stretches.append(WeightedText(piece["escaped"] or piece["text"], weights[-1]))
    if not all(stretch.weight <= HEAVIEST for stretch in stretches):
        raise PromptError(
            f"{_quote(prompt)} has words that weigh more than {HEAVIEST:g}",
            hint="1.2 to 1.5 is a strong weight",
        )
    return tuple(
        WeightedText(compose("".join(stretch.text for stretch in alike)), weight)
        for weight, alike in groupby(stretches, key=attrgetter("weight"))
    )


def _bracket_factors(prompt: str, pieces: list[re.Match[str]]) -> dict[int, float]:
    """Return the factor of each pair of brackets, by the position of its opening."""
    opened: list[re.Match[str]] = []
    factors: dict[int, float] = {}
    written: float | None = None  # the number before this `)`
    for piece in pieces:
        if piece["open"]:
            opened.append(piece)
        elif piece["close"]:
            if not opened or opened[-1]["open"] + piece["close"] not in ("()", "[]"):
                raise _alone(prompt, piece)
            plain = EMPHASIS if piece["close"] == ")" else 1 / EMPHASIS
            factors[opened.pop().start()] = plain if written is None else written
        written = _number(prompt, piece) if piece["weight"] else None
    if opened:
        raise _alone(prompt, opened[-1])
    return factors


def _number(prompt: str, piece: re.Match[str]) -> float:
    number = float(piece["weight"])
    if not 0 <= number <= HEAVIEST:
        raise PromptError(
            f"{_quote(prompt)} has the weight {piece['weight'][:20]} at character {piece.start() + 1}",
            hint=f"weights go from 0 to {HEAVIEST:g}; what to keep out belongs in the negative prompt",
        )
    return number


def _alone(prompt: str, piece: re.Match[str]) -> PromptError:
    return PromptError(
        f"{_quote(prompt)} has a `{piece[0]}` at character {piece.start() + 1} without its partner",
        hint=f"close it, or {PLAIN_BRACKETS}",
    )


def _no_weight(prompt: str, found: Lookalike) -> PromptError:
    place = f"has {found.text[:40]!r} at character {found.at + 1}"
    return PromptError(
        f"{_quote(prompt)} {place}, which looks like a weight and is none",
        hint=f"write {found.right[:60]}, or take the number out",
    )


def _quote(prompt: str) -> str:
    shown = prompt if len(prompt) <= 60 else f"{prompt[:57]}..."
    return f"the prompt {shown!r}"
