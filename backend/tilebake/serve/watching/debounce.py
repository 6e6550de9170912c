"""Decide when a burst of events is over, or has gone on for long enough to act on."""

import math


class Debouncer:
    """Gather one burst of events at a time. All times are seconds of one monotonic clock, passed in.

    A burst is due once it has been quiet for `quiet` seconds, and at the latest `longest` seconds after its
    first notice: an editor that saves without a pause must not keep its map from being painted.
    """

    def __init__(self, quiet: float = 0.3, longest: float = 2.0) -> None:
        self._quiet = quiet
        self._longest = longest
        self._first = self._last = math.inf

    def note(self, now: float) -> None:
        """Something happened: a burst begins, or goes on."""
        self._first = min(self._first, now)
        self._last = now

    def wait(self, now: float) -> float:
        """Seconds until the burst is due: 0 once it is, infinity when there is none."""
        return max(0.0, min(self._last + self._quiet, self._first + self._longest) - now)

    def due(self, now: float) -> bool:
        """Tell whether there is a burst, and it is time to act on it."""
        return self.wait(now) == 0.0

    @property
    def is_pending(self) -> bool:
        """True if there is a burst, due or not."""
        return math.isfinite(self._first)

    def end(self) -> None:
        """End the burst that was acted on: the next event begins another."""
        self._first = self._last = math.inf
