"""Show the progress of painting, and let Ctrl-C end it between two steps."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

from tilebake.cli.interrupt import Interruption, interruptible
from tilebake.cli.terminal.progress import Progress, show_progress
from tilebake.request import Step


class Painting(NamedTuple):
    """Hold the progress that is shown, and whether a signal has come."""

    shown: Progress
    interruption: Interruption

    def loading(self) -> AbstractContextManager[None]:
        """Let a signal end the block, in which a model is loaded, at once."""
        return self.interruption.at_once()

    def on_step(self, step: Step) -> None:
        """Show that a step is done. Raises CancelledError if a signal has come."""
        self.shown.step(step)
        self.interruption.check()


@contextmanager
def painting() -> Generator[Painting]:
    """Show progress on stderr for the time of the block. Within it, signals wait for the end of a step."""
    with interruptible() as interruption, show_progress() as shown:
        yield Painting(shown, interruption)


@contextmanager
def painting_one(what: str) -> Generator[Painting]:
    """Show the progress of a single picture."""
    with painting() as work:
        work.shown.start(what, 1, 1)
        yield work
