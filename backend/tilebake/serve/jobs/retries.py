"""Try again what failed for a reason that may have passed: a full disk, a folder without rights, a lost file.

Nobody is told when a disk has space again. So a try is the only way to find out, and a bake is a costly one.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from tilebake.serve.jobs.status import MapId

FIRST_WAIT: Final = 5.0  # seconds
LONGEST_WAIT: Final = 600.0


class Retries:
    """Choose failed maps to be tried again: `most` after a pause, which doubles; all once one has recovered.

    What stops many stops them for one reason, as a rule, so not each of them need fail again. For any number
    of threads.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: dict[MapId, int] = {}  # of each that failed and has not recovered
        self._pause = FIRST_WAIT
        self._due = 0.0
        self._has_recovered = False

    def due(self, failed: Iterable[MapId]) -> tuple[MapId, ...]:
        """Return those of the failed maps that should be tried now: the ones tried least come first."""
        with self._lock:
            return self._choose(tuple(failed), self._clock())

    def note_success(self, map_id: MapId) -> None:
        """Note that a map has not failed; if it had, the others are due."""
        with self._lock:
            if self._tries.pop(map_id, None) is not None:
                self._pause, self._due = FIRST_WAIT, self._clock()
                self._has_recovered = True

    def _choose(self, failed: tuple[MapId, ...], now: float) -> tuple[MapId, ...]:
        if failed and not self._tries:
            self._pause, self._due = FIRST_WAIT, now + FIRST_WAIT
        for each in failed:
            self._tries.setdefault(each, 0)
        if not failed or now < self._due:
            return ()
        chosen = sorted(failed, key=self._tries.__getitem__)[: None if self._has_recovered else self._most]
        for each in chosen:
            self._tries[each] += 1
        self._has_recovered = False
        self._pause = min(2 * self._pause, LONGEST_WAIT)
        self._due = now + self._pause
        return tuple(chosen)
