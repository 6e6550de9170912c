"""Handle Ctrl-C and SIGTERM: the first ends the work between two steps, the second at once."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
NOTICE: Final = b"\nstopping after this step; press Ctrl-C again to stop at once\n"
AT_ONCE: Final = b"\nstopping\n"


class CancelledError(BaseException):
    """Stop because the user or the system asked for it. No catch-all takes it for a mistake."""

    def __init__(self, signal: int) -> None:
        self.signal = signal
        super().__init__(signal)


class Interruption:
    """Remember whether a signal has come."""

    def __init__(self) -> None:
        self._signal: int | None = None
        self._is_urgent = False

    def check(self) -> None:
        """Raise CancelledError if a signal has come. Call it wherever stopping is clean."""
        if self._signal is not None:
            raise CancelledError(self._signal)

    @contextmanager
    def at_once(self) -> Generator[None]:
        """Let the first signal end the block at once, for what takes long, and leaves nothing half done."""
        self.check()
        self._is_urgent = True
        try:
            yield
        finally:
            self._is_urgent = False

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal: note the first, raise at the second."""
        self.check()
        self._signal = number
        with suppress(OSError):  # a handler may come in the middle of a print, where another print must not
            os.write(2, AT_ONCE if self._is_urgent else NOTICE)
        if self._is_urgent:
            self.check()


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
