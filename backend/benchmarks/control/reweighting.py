"""Reweighting: a word from -5 to 5 in one terrain's prompt; what it does to the terrain, and beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np

from benchmarks.control.colours import along, is_monotone, mean_colour
from benchmarks.control.insides import inside_of
from benchmarks.control.scenes import Studio, Subject
from benchmarks.figures import Figure
from benchmarks.quality.paintings import keep
from tilebake.level.edit.edit import Refine, Reweight, Rewrite

WEIGHTS: Final = (-5.0, -2.5, 0.0, 2.5, 5.0)


@dataclass(frozen=True)
class Weighed:
    """A word in a terrain's prompt."""

    terrain: str
    prompt: str
    word: str

    @property
    def without(self) -> str:
        """The prompt with the word left out."""
        return " ".join(word for word in self.prompt.split() if word != self.word)


WORDS: Final = (
    Weighed("path", "mossy cobblestone path", "mossy"),
    Weighed("grass", "dry grass", "dry"),
    Weighed("path", "snow-covered path", "snow-covered"),
)


@dataclass(frozen=True)
class Effect:
    """What weights did with one seed."""

    moves: tuple[float, ...]  # by weight, of the mean colour; 1 is what the word itself makes of its prompt
    outside: int  # pixels changed beyond the mask and its margin, the most of all weights


def measure(
    studio: Studio, word: Weighed, seeds: int, out: Path | None, *, echo: bool = True
) -> list[Effect]:
    """Paint a word under all weights, with each seed from 0 on; without its echo, as Prompt-to-Prompt does.

    Its own statistic is the mean colour along the way from pictures without the word to those with it.
    """
    subject = Subject(word.terrain, word.prompt)
    colours: list[list[np.ndarray]] = []
    references: list[np.ndarray] = []
    beyond: list[int] = []
    for seed in range(seeds):
        inside = inside_of(studio.scene(subject, seed), subject)
        edits = [
            studio.edit(
                subject, Rewrite(word.prompt, Refine(), Reweight({word.word: weight}, echo=echo)), seed
            )
            for weight in WEIGHTS
        ]
        source, without = edits[0].extra.source, studio.paint(Subject(word.terrain, word.without), seed)
        keep(
            np.concatenate([without, source, *(edited.image for edited in edits)], axis=1),
            out,
            f"weights-{word.word}-{seed}{'' if echo else '-published'}",
        )
        colours.append([mean_colour(edited.image, inside.core) for edited in edits])
        references.append(mean_colour(source, inside.core) - mean_colour(without, inside.core))
        beyond.append(max(inside.changed_beyond(source, edited.image) for edited in edits))
    reference = np.mean(references, axis=0)
    return [
        Effect(tuple(along(colour - own[0], reference) for colour in own), outside)
        for own, outside in zip(colours, beyond, strict=True)
    ]


def silenced(studio: Studio, word: Weighed, seeds: int, *, echo: bool) -> list[float]:
    """How far a plain picture moves with all words of its prompt at 0, as a share of full brightness."""
    subject = Subject(None, word.prompt)
    rewrite = Rewrite(word.prompt, Refine(), Reweight({word.prompt: 0.0}, echo=echo))
    edits = [studio.edit(subject, rewrite, seed) for seed in range(seeds)]
    return [float(np.abs(each.image / 255 - each.extra.source / 255).mean()) for each in edits]


def silence_figures(found: dict[Weighed, list[float]], what: str) -> list[Figure]:
    """How much of what plain prompts say their words themselves tell, or they and their echo."""
    moves = [move for each in found.values() for move in each]
    by_prompt = ", ".join(f"{word.prompt} {fmean(each):.1%}" for word, each in found.items())
    return [Figure(f"picture moved with all words at 0, {what}", "share", fmean(moves), note=by_prompt)]


def told(effects: Sequence[Effect]) -> str:
    """One word's means by weight, in words."""
    moves = ", ".join(
        f"{weight:g}: {fmean(effect.moves[at] for effect in effects):.2f}"
        for at, weight in enumerate(WEIGHTS)
    )
    return f"{moves} of the word's own move"


def monotone_figure(found: dict[Weighed, list[Effect]], name: str, least: float | None = None) -> Figure:
    """How often the word's own statistic follows its weight."""
    by_word = ", ".join(
        f"{word.word} {fmean(is_monotone(effect.moves) for effect in each):.0%}"
        for word, each in found.items()
    )
    share = fmean(is_monotone(effect.moves) for each in found.values() for effect in each)
    return Figure(name, "share", share, least=least, note=by_word)


def weight_figures(found: dict[Weighed, list[Effect]]) -> list[Figure]:
    """How often the word's own statistic follows its weight, and what changed elsewhere."""
    effects = [effect for each in found.values() for effect in each]
    return [
        monotone_figure(found, "weights -5 to 5, effect monotone", least=0.9),
        Figure(
            "weights -5 to 5, changed beyond",
            "count",
            max(effect.outside for effect in effects),
            most=0,
            note=f"pixels, the most of {len(effects)}",
        ),
    ]
