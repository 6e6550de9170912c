"""Set what a worker may use, and how long one that dies again and again has to wait."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class WorkerLimits:
    """Set what a worker may use."""

    growth: int = 2 << 30  # bytes of main memory above what it had after a model's first bake
    patience: float = 3.0  # seconds in which to leave when asked to
    silence: float = 3.0  # seconds in which to stop what is not wanted any more, or to say a word
    stall: float = 180.0  # seconds in which a load must get somewhere, however little
    first_pause: float = 0.5  # seconds before the restart after a death; doubled with each further one
    longest_pause: float = 30.0


LIMITS: Final = WorkerLimits()


def pause_after(deaths: int, limits: WorkerLimits) -> float:
    """Return the seconds to wait before a start after so many deaths in a row."""
    return min(limits.longest_pause, limits.first_pause * 2.0 ** (min(deaths, 30) - 1))
