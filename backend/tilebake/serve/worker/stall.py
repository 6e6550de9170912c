"""Judge whether a worker that loads a model gets anywhere: one that waits for a dead drive never would.

No load is too long: 7 GB come slowly from a slow disk. But reading takes time of the processor, fills memory
and counts bytes. A process in which none of these moves for minutes waits for something that does not come.
"""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

LOOK: Final = 1.0  # seconds from one look at what a process has used to the next


class Use(NamedTuple):
    """Hold what a process has used up to now."""

    cpu_seconds: float
    memory: int  # bytes
    read: int  # bytes, where the system counts them


class Stall:
    """Follow what one process uses while it loads a model."""

    def __init__(self, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Begin anew: the process said something, or does something else."""
        self._last: Use | None = None
        self._idle = 0.0  # seconds without any change
        self._looked = self._clock()

    def is_over(self, use: Callable[[], Use]) -> bool:
        """Tell whether nothing has moved for as long as the limit says. It may be asked all the time.

        However long it was not asked counts as two seconds: this process may have been stopped as well.
        """
        since = self._clock() - self._looked
        if since < min(LOOK, self._limit / 10):
            return False
        self._looked += since
        now = use()
        self._idle = self._idle + min(since, 2 * LOOK) if now == self._last else 0.0
        self._last = now
        return self._idle >= self._limit
