"""Describe edits of a picture, as in Hertz et al. 2022 (Prompt-to-Prompt, arXiv:2208.01626).

    Replace     words swapped for others: their attention maps become the new words'
    Refine      words added: the words that were there keep their maps
    Reweight    words that work more, less or against: an equalizer over the maps
    LocalBlend  the picture changes only where some words are

A `Rewrite` puts the first three together for one prompt, an `Edit` the rewrites of one picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from tilebake.errors import PromptError

STRONGEST: Final = 5.0  # of an equalizer, to either side
_SHARE: Final = "give a share from 0 to 1"
Source = Literal["painting", "art"]
FLOOR: Final = 0.01  # share of attention; one of 77 tokens gets 0.013 when all get the same


def _refuse_no_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise PromptError(f"the source's maps cannot be kept for {share:g} of the steps", hint=_SHARE)


Interval = tuple[float, float]  # shares of the steps, from the one on and up to the other


@dataclass(frozen=True)
class CrossReplaceSteps:
    """Say how long the source's maps are kept: a share of the steps from the first on, or by word.

    A word of the target's prompt has such a share of its own, or an interval of steps.
    """

    default: float = 0.8
    words: Mapping[str, float | Interval] = field(default_factory=dict[str, float | Interval])

    def __post_init__(self) -> None:
        for begin, end in map(interval_of, (self.default, *self.words.values())):
            _refuse_no_share(begin)
            _refuse_no_share(end)
            if begin > end:
                raise PromptError(
                    f"the source's maps cannot be kept from {begin:g} to {end:g} of the steps",
                    hint="give the smaller share first",
                )


def interval_of(share: float | Interval) -> Interval:
    """Return the interval of a share, which begins with the first step."""
    return share if isinstance(share, tuple) else (0.0, share)


@dataclass(frozen=True)
class _Kept:
    cross_replace_steps: float | CrossReplaceSteps = 0.8
    """Share of the steps in which the target's words have the source's cross-attention maps."""

    def __post_init__(self) -> None:
        _refuse_no_share(self.cross_shares.default)

    @property
    def cross_shares(self) -> CrossReplaceSteps:
        """cross_replace_steps, with the words that are given none."""
        given = self.cross_replace_steps
        return given if isinstance(given, CrossReplaceSteps) else CrossReplaceSteps(given)


@dataclass(frozen=True)
class Replace(_Kept):
    """Word swap: the words that differ take the maps of those in their place."""


@dataclass(frozen=True)
class Refine(_Kept):
    """Added words: those that both prompts have keep the source's maps, new ones have their own."""


@dataclass(frozen=True)
class Threshold:
    """Describe where a word works: where its activation, as a share of its peak, is above `above`."""

    above: float = 0.3
    average: bool = False  # over the steps so far, instead of this step alone
    gamma: float = 1.0  # compresses activations: below 1 lifts what is faint
    quantile: float = 1.0  # of the activations, counted as the peak; below 1 a few hot spots count less
    floor: float = FLOOR  # a word whose peak share of attention is below is absent: it works nowhere

    def __post_init__(self) -> None:
        if not (0 <= self.above < 1 and 0 < self.quantile <= 1 and self.gamma > 0):
            raise PromptError(
                f"no word works above {self.above:g} of its peak (gamma {self.gamma:g}, quantile "
                f"{self.quantile:g})",
                hint="take a threshold from 0 to below 1, a gamma above 0 and a quantile up to 1",
            )


@dataclass(frozen=True)
class Reweight:
    """Describe how strongly single words work: 1 as they are, 0 not at all, below 0 against themselves."""

    equalizer: Mapping[str, float]  # -5 to 5, by word or phrase of the target's prompt
    within: Threshold | None = None  # only where the word works anyway; None is everywhere
    echo: bool = True
    """Whether what the text encoder told other tokens of a word weighs as the word does. Much of attention
    goes to the end and the padding, which are told of all words. Without, a weight is Prompt-to-Prompt's."""

    def __post_init__(self) -> None:
        for word, weight in self.equalizer.items():
            if not -STRONGEST <= weight <= STRONGEST:
                raise PromptError(
                    f"{word!r} cannot weigh {weight:g}",
                    hint=f"weights go from {-STRONGEST:g} to {STRONGEST:g}",
                )


@dataclass(frozen=True)
class LocalBlend:
    """Keep the source's latents outside of where these words work, in the source or the target."""

    words: tuple[str, ...]  # none is everywhere
    threshold: Threshold = Threshold(average=True)
    start: float = 0.2  # share of the steps before it begins, for first maps are vague
    subtract: tuple[str, ...] = ()  # the source's latents are kept where these work too

    def __post_init__(self) -> None:
        if both := sorted({*self.words} & {*self.subtract}):
            what = f"local blend cannot change the picture where {both[0]!r} works and keep it there"
            raise PromptError(what, hint="name the word once")
        if not 0 <= self.start <= 1:
            raise PromptError(f"local blend cannot start at {self.start:g} of the steps", hint=_SHARE)


@dataclass(frozen=True)
class Rewrite:
    """Describe one prompt of the target, and how it keeps the attention maps of the source's."""

    prompt: str
    control: Replace | Refine = Replace()
    reweight: Reweight | None = None

    @property
    def weights(self) -> Mapping[str, float]:
        """The words that do not work as they are."""
        return self.reweight.equalizer if self.reweight else {}


@dataclass(frozen=True)
class Edit:
    """Describe a picture painted once more under other prompts, with the first one's attention maps."""

    rewrites: Mapping[str | None, Rewrite]
    """The target's prompts by terrain; None is the base prompt. Prompts that are not named stay."""
    self_replace_steps: float = 0.4
    """Share of the steps in which the target has the source's self-attention maps, at the coarsest level."""
    local_blend: LocalBlend | None = None
    source_steps: float = 0.2
    """Share of the steps, from the first on, after which the target has the source's very latents: the layout
    is made there, and the edit begins behind it. 0 is Prompt-to-Prompt as published."""
    source: Source = "painting"
    """What is edited: the map's own painting, or the picture that its "art" names."""

    def __post_init__(self) -> None:
        for share in (self.self_replace_steps, self.source_steps):
            _refuse_no_share(share)
