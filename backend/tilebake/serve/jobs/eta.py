"""Estimate the remaining time of a bake from the duration of its steps so far."""

from typing import NamedTuple


class Eta(NamedTuple):
    """Hold how far a bake is, and the step from which its speed is measured. Moments are monotonic."""

    step: int
    steps: int
    moment: float
    first_step: int
    first_moment: float

    @property
    def steps_per_second(self) -> float | None:
        """The speed; None until a second step has shown how long one takes."""
        done, seconds = self.step - self.first_step, self.moment - self.first_moment
        return done / seconds if done > 0 and seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """The estimate; None until a second step has shown how long one takes."""
        done = self.step - self.first_step
        if done <= 0:
            return None
        return (self.moment - self.first_moment) / done * (self.steps - self.step)


def update_eta(before: Eta | None, step: int, steps: int, moment: float) -> Eta:
    """Return the estimate after a step.

    Measuring starts at the first step, for a model may have been loaded before it. It starts again after a
    step back: a bake that ran out of memory begins anew with a fallback.
    """
    if before is None or step <= before.step:
        return Eta(step, steps, moment, step, moment)
    return Eta(step, steps, moment, before.first_step, before.first_moment)
