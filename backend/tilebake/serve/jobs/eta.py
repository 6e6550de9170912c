"""How fast a bake gets on, and how long it will take: reckoned from the steps themselves."""

from typing import NamedTuple


class Eta(NamedTuple):
    """How far a bake is, and the step from which its speed is reckoned. Moments are a monotonic clock's."""

    step: int
    steps: int
    moment: float
    first_step: int
    first_moment: float

    @property
    def seconds_left(self) -> float | None:
        """An estimate; None until a second step has shown how long one takes."""
        done = self.step - self.first_step
        if done <= 0:
            return None
        return (self.moment - self.first_moment) / done * (self.steps - self.step)


def paced(before: Eta | None, step: int, steps: int, moment: float) -> Eta:
    """The pace after a step.

    The first step is where reckoning begins, for a model may have been loaded before it. So is a step back: a
    bake that ran out of memory begins again in another way.
    """
    if before is None or step <= before.step:
        return Eta(step, steps, moment, step, moment)
    return Eta(step, steps, moment, before.first_step, before.first_moment)
