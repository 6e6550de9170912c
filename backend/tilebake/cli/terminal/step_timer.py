"""Say how far a picture is, how fast, and how long it will take."""

import time

from tilebake.request import Step
from tilebake.serve.jobs.eta import Eta, update_eta


def spell_seconds(seconds: float) -> str:
    """Spell a duration for people: `45 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class StepTimer:
    """Estimate speed and remaining time of the picture at hand, from its steps alone."""

    def __init__(self) -> None:
        self._eta: Eta | None = None

    def text(self, step: Step) -> str:
        """Return how far the picture is after a step: `step 4/20, 2.1 s/step, 34 s left`."""
        self._eta = eta = update_eta(self._eta, step.step, step.steps, time.monotonic())
        if eta.seconds_left is None:
            return f"step {step.step}/{step.steps}"
        seconds = (eta.moment - eta.first_moment) / (eta.step - eta.first_step)
        return f"step {step.step}/{step.steps}, {seconds:.2g} s/step, {eta.seconds_left:.0f} s left"
