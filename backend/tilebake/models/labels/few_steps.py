"""Recommend settings for models that were distilled to a few steps, by what they are called.

Such a model paints in 1 to 12 steps without guidance, from the last timestep on: with SDXL's own settings its
pictures are burnt, and with SDXL's own spacing of timesteps they begin at three quarters of the noise.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from tilebake.models.defaults import Defaults
from tilebake.models.labels.label import Label


class _Kind(NamedTuple):
    """Describe a way of distilling: how its models are called, and what their authors recommend."""

    name: str
    pattern: re.Pattern[str]
    steps: int  # where a name tells no number
    scheduler: str
    names_steps: bool = True  # its LoRAs always tell a number; others only share the word


_NO_GUIDANCE: Final = 1.0
_CFG_KEPT: Final = 5.0  # of Hyper-SD's models that keep guidance
_STEPS: Final = re.compile(r"(?<!\d)(\d{1,2})[-_ ]?steps?(?![a-z])")
_KINDS: Final = (
    # Sauer et al. 2023, arXiv:2311.17042
    _Kind("Turbo", re.compile(r"turbo"), 4, "euler_a", names_steps=False),
    # Lin et al. 2024, arXiv:2402.13929
    _Kind("Lightning", re.compile(r"lightning"), 4, "euler"),
    # Ren et al. 2024, arXiv:2404.13686
    _Kind("Hyper-SD", re.compile(r"hyper[-_ ]?(sd|\d)"), 8, "ddim"),
    # Luo et al. 2023, arXiv:2310.04378
    _Kind("LCM", re.compile(r"(?<![a-z])lcm(?![a-z])"), 4, "lcm", names_steps=False),
)


def few_steps_of(label: Label, *, is_lora: bool) -> Defaults | None:
    """Return what a file recommends that calls itself distilled; None if it does not.

    A LoRA of lightning bolts is no Lightning: its name has to tell a number of steps.
    """
    for place, title in label.titles():
        text = title.lower()
        steps = _STEPS.search(text)
        for kind in _KINDS:
            found = kind.pattern.search(text)
            if found is not None and (steps is not None or not (is_lora and kind.names_steps)):
                where = "its name" if place == "name" else place
                because = f"{kind.name}: {where} says {found[0]!r}"
                return replace(_defaults(kind, text, steps), because=because)
    return None


def with_loras(defaults: Defaults, labels: Iterable[Label]) -> Defaults:
    """Return what a model with these LoRAs recommends: the first distilled one among them decides."""
    for label in labels:
        few = few_steps_of(label, is_lora=True)
        if few is not None:
            return replace(few, window=defaults.window, rounds=defaults.rounds)
    return defaults


def _defaults(kind: _Kind, text: str, steps: re.Match[str] | None) -> Defaults:
    count = kind.steps if steps is None else max(1, int(steps[1]))
    keeps_guidance = kind.name == "Hyper-SD" and "cfg" in text
    return Defaults(
        steps=count,
        guidance_scale=_CFG_KEPT if keeps_guidance else _NO_GUIDANCE,
        scheduler=kind.scheduler,
        timestep_spacing="trailing",
    )
