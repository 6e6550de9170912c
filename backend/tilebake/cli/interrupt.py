"""Handle Ctrl-C and SIGTERM: the first ends the work between two steps, the second at once."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
NOTICE: Final = b"\nstopping after this step; press Ctrl-C again to stop at once\n"


class CancelledError(Exception):
    """Stop because the user or the system asked for it."""

    def __init__(self, signal: int) -> None:
        self.signal = signal
        super().__init__(signal)


class Interruption:
    """Remember whether a signal has come."""

    def __init__(self) -> None:
        self._signal: int | None = None

    def check(self) -> None:
        """Raise CancelledError if a signal has come. Call it wherever stopping is clean."""
        if self._signal is not None:
            raise CancelledError(self._signal)

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal: note the first, raise at the second."""
        self.check()
        self._signal = number
        os.write(2, NOTICE)  # a handler may come in the middle of a print, where another print must not


@contextmanager
def interruptible() -> Generator[Interruption]:
    """Let signals wait for `check()` within the block; afterwards they do what they did before."""
    interruption = Interruption()
    previous = {number: signal.signal(number, interruption.receive) for number in SIGNALS}
    try:
        yield interruption
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
