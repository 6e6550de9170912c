"""Judge how long a worker that was told to stop may go on without a word: as long as it usually does."""

import time
from collections.abc import Callable
from math import inf
from typing import NamedTuple

from tilebake.serve.worker.protocol import Loading, ToHost


class Unstopped(NamedTuple):
    """Describe an order that a worker goes on with although it was told to stop."""

    number: int
    model: object
    is_loading: bool  # this model; an order for the same one need not wait for a new worker then
    until: float  # when the worker is ended if nobody needs it, by time.monotonic()


class Silence:
    """Follow the words of one worker. There are none while it loads a model, however long that takes."""

    def __init__(self, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.is_loading = False
        self._limit = limit
        self._clock = clock
        self._heard = clock()
        self._longest = 0.0  # seconds between two words about one order
        self._over = inf

    @property
    def is_measured(self) -> bool:
        """Whether the worker was told to stop."""
        return self._over < inf

    @property
    def is_over(self) -> bool:
        """Whether it has been given all the time that it may need to stop."""
        return self._clock() > self._over

    def begin(self) -> None:
        """Begin with an order."""
        self._heard, self._over = self._clock(), inf

    def hear(self, message: ToHost) -> None:
        """Note a word of the worker."""
        now = self._clock()
        if not self.is_loading:
            self._longest = max(self._longest, now - self._heard)
        self._heard = now
        self.is_loading = isinstance(message, Loading) and not message.is_over

    def measure(self) -> None:
        """Begin to measure: the worker was told to stop."""
        now = self._clock()
        usual = 0.0 if self.is_loading else 2 * max(self._longest, now - self._heard)
        self._over = now + max(self._limit, usual)
