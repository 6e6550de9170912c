"""Hold the options of `tilebake edit` that say what to change, before any prompt is known."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import click

from tilebake.level.edit.edit import Interval, Source

MOST_EDITS: Final = 64  # edits; a sheet of more cannot be read
_FORM: Final = "is not WORD=WEIGHT, such as mossy=1.5 or mossy=0,1,2"
_STEPS_FORM: Final = "is not WORD=SHARE or WORD=FROM:TO, such as mossy=0.4 or mossy=0.2:0.6"


@dataclass(frozen=True)
class EditOptions:
    """Say what to change, and how much. Raises click.UsageError for options that do not go together."""

    swap: tuple[str, str] | None
    refine: str | None
    weights: dict[str, float]
    threshold: float | None
    average: bool
    compress: float | None
    echo: bool
    cross_replace: float
    cross_replace_words: dict[str, float | Interval]
    self_replace: float
    source_steps: float
    local_blend: tuple[str, ...]
    local_blend_subtract: tuple[str, ...]
    local_blend_threshold: float | None
    local_blend_start: float | None
    source: Source

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be changed."""
        return self.swap is None and self.refine is None and not self.weights

    def check(self) -> None:
        """Raise click.UsageError if the options do not go together."""
        if self.swap is not None and self.refine is not None:
            raise click.UsageError("--replace and --refine both write the new prompt; use one of them")
        if self.is_empty:
            raise click.UsageError("say what to change: --replace, --refine or --reweight")
        if self.threshold is None and (self.average or self.compress is not None):
            raise click.UsageError("--average and --compress need --threshold")
        if self.threshold is not None and not self.weights:
            raise click.UsageError("--threshold needs --reweight")
        if not self.echo and not self.weights:
            raise click.UsageError("--no-echo needs --reweight")
        is_tuned = self.local_blend_threshold is not None or self.local_blend_start is not None
        if is_tuned and not (self.local_blend or self.local_blend_subtract):
            raise click.UsageError("--local-blend-threshold and --local-blend-start need --local-blend")


class TitledOptions(NamedTuple):
    """Hold the options of one edit, and what sets it apart from the others of one command."""

    title: str
    options: EditOptions


def parse_weights(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, tuple[float, ...]]:
    """Parse WORD=WEIGHT,..., as often as it is given. Raises click.BadParameter."""
    weights: dict[str, tuple[float, ...]] = {}
    for value in values:
        word, _, numbers = value.rpartition("=")
        try:
            given = tuple(float(number) for number in numbers.split(","))
        except ValueError:
            raise click.BadParameter(f"{value!r} {_FORM}") from None
        if not word.strip() or not all(map(math.isfinite, given)):
            raise click.BadParameter(f"{value!r} {_FORM}")
        weights[word.strip()] = tuple(dict.fromkeys(given))
    return weights


def parse_word_steps(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, float | Interval]:
    """Parse WORD=SHARE or WORD=FROM:TO, as often as it is given. Raises click.BadParameter."""
    steps: dict[str, float | Interval] = {}
    for value in values:
        word, _, numbers = value.rpartition("=")
        try:
            first, *rest = (float(number) for number in numbers.split(":"))
        except ValueError:
            raise click.BadParameter(f"{value!r} {_STEPS_FORM}") from None
        if not word.strip() or len(rest) > 1:
            raise click.BadParameter(f"{value!r} {_STEPS_FORM}")
        steps[word.strip()] = (first, rest[0]) if rest else first
    return steps


def parse_words(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Parse WORD,... Raises click.BadParameter where a word is missing."""
    words = tuple(word.strip() for word in value.split(",")) if value else ()
    if not all(words):
        raise click.BadParameter(f"{value!r} is not WORD,..., such as mossy,path")
    return words


def combine_weights(weights: Mapping[str, tuple[float, ...]], **changes: Any) -> list[TitledOptions]:
    """Return the options of every combination of weights, in the order of the sheet.

    Raises click.UsageError for too many, and for options that do not go together.
    """
    count = math.prod(map(len, weights.values()))
    if count > MOST_EDITS:
        raise click.UsageError(f"that makes {count} edits; a sheet holds at most {MOST_EDITS}")
    trials: list[TitledOptions] = []
    for values in itertools.product(*weights.values()):
        chosen = dict(zip(weights, values, strict=True))
        title = ", ".join(f"{word} x {chosen[word]:g}" for word in weights if len(weights[word]) > 1)
        trials.append(TitledOptions(title, EditOptions(weights=chosen, **changes)))
    return trials
