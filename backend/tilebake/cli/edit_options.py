"""What the options of `tilebake edit` say is to change, before any prompt is known."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tilebake.level.edit.edit import Edit, Rewrite
    from tilebake.level.edit.rewrite import Prompts


@dataclass(frozen=True)
class Wish:
    """What the options say is to change. Raises click.UsageError when they do not go together."""

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

    def __post_init__(self) -> None:
        if self.swap is not None and self.refine is not None:
            raise click.UsageError("--replace and --refine are two ways to write one prompt; take one")
        if self.swap is None and self.refine is None and not self.weights:
            raise click.UsageError("say what to change: --replace, --refine or --reweight")
        if self.threshold is None and (self.average or self.compress is not None):
            raise click.UsageError("--average and --compress go with --threshold")
        if self.threshold is not None and not self.weights:
            raise click.UsageError("--threshold goes with --reweight")
        if not self.echo and not self.weights:
            raise click.UsageError("--no-echo goes with --reweight")

    def edit(self, prompts: "Prompts") -> "Edit":
        """The same as an edit of these prompts. Raises PromptError."""
        from tilebake.level.edit.edit import Edit, LocalBlend
        from tilebake.level.edit.rewrite import replace_phrase, replace_prompt, select_prompts, weigh_words

        if self.swap is not None:
            targets = replace_phrase(prompts, *self.swap)
        elif self.refine is not None:
            targets = replace_prompt(prompts, self.refine)
        else:
            targets = select_prompts(prompts, self.weights)
        weights = weigh_words(targets, self.weights)
        words = tuple(word.strip() for word in (self.local_blend or "").split(","))
        return Edit(
            {place: self._rewrite(text, weights[place]) for place, text in targets.items()},
            self.self_replace,
            LocalBlend(words) if self.local_blend else None,
            self.source_steps,
        )

    def _rewrite(self, prompt: str, weights: "Mapping[str, float]") -> "Rewrite":
        from tilebake.level.edit.edit import Refine, Replace, Reweight, Rewrite, Threshold

        control = Refine if self.swap is None else Replace
        within = (
            None
            if self.threshold is None
            else Threshold(self.threshold, self.average, gamma=self.compress or 1.0)
        )
        reweight = Reweight(weights, within, echo=self.echo) if weights else None
        return Rewrite(prompt, control(self.cross_replace), reweight)


def read_weights(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """WORD=WEIGHT, as often as it is given. Raises click.BadParameter."""
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
