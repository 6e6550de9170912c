"""Show progress on stderr: a live bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, Protocol

from tilebake.cli.terminal.printing import say
from tilebake.cli.terminal.step_timer import StepTimer
from tilebake.errors import shown
from tilebake.request import Step

LINE_INTERVAL: Final = 30.0  # seconds between two plain lines about one picture


class Progress(Protocol):
    """Show how far the pictures of a command are."""

    def start(self, what: str, index: int, total: int) -> None:
        """Begin the `index`-th of `total` pictures, counted from 1."""
        ...

    def step(self, step: Step) -> None:
        """Show that steps of it are done."""
        ...

    def say(self, say: Callable[[], None]) -> None:
        """Print something without tearing the bar."""
        ...


@contextmanager
def show_progress() -> Generator[Progress]:
    """Show a bar or lines, whichever stderr can show."""
    if not sys.stderr.isatty():
        yield ProgressLines()
        return
    from tilebake.cli.terminal.progress_bar import ProgressBar  # rich: only on a terminal

    bar = ProgressBar()
    try:
        yield bar
    finally:
        bar.close()


class ProgressLines:
    """Print plain lines, for logs and pipes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._timer = StepTimer()
        self._last_line = clock()

    def start(self, what: str, index: int, total: int) -> None:
        """Print which picture begins."""
        self._timer = StepTimer()
        self._last_line = self._clock()
        say(f"[{index}/{total}] {shown(what)}")

    def step(self, step: Step) -> None:
        """Print how far it is, if the last line is old enough."""
        text = self._timer.text(step)
        if self._clock() - self._last_line > LINE_INTERVAL:
            self._last_line = self._clock()
            say(f"    {text}")

    def say(self, say: Callable[[], None]) -> None:
        """Print something: there is no bar to tear."""
        say()
