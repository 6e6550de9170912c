"""Ctrl-C and SIGTERM: the first ends the work between two steps, the second at once."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
NOTICE: Final = b"\nstopping after this step; once more to stop at once\n"


class CancelledError(Exception):
    """The user, or the system, asked us to stop."""

    def __init__(self, signal: int) -> None:
        self.signal = signal
        super().__init__(signal)


class Interruption:
    """Whether a signal has come."""

    def __init__(self) -> None:
        self._signal: int | None = None

    def check(self) -> None:
        """Raises CancelledError if a signal has come: call it wherever stopping is clean."""
        if self._signal is not None:
            raise CancelledError(self._signal)

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        self.check()
        self._signal = number
        os.write(2, NOTICE)  # a handler may come in the middle of a print, where another print must not


@contextmanager
def interruptible() -> Generator[Interruption]:
    """Within it, signals wait for `check()`; afterwards they do what they did before."""
    interruption = Interruption()
    previous = {number: signal.signal(number, interruption.receive) for number in SIGNALS}
    try:
        yield interruption
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
