"""Hold the options of `tilebake edit` that say what to change, before any prompt is known."""

import math
from dataclasses import dataclass

import click


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
    self_replace: float
    source_steps: float
    local_blend: str | None

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


def parse_weights(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """Parse WORD=WEIGHT, as often as it is given. Raises click.BadParameter."""
    weights: dict[str, float] = {}
    for value in values:
        word, _, number = value.rpartition("=")
        try:
            weights[word.strip()] = float(number)
        except ValueError:
            raise click.BadParameter(f"{value!r} is not WORD=WEIGHT, such as mossy=1.5") from None
        if not word.strip() or not math.isfinite(weights[word.strip()]):
            raise click.BadParameter(f"{value!r} is not WORD=WEIGHT, such as mossy=1.5")
    return weights
