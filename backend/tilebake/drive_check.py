"""Notice a drive that does not answer, before anybody waits on it for ever."""

from contextlib import suppress
from pathlib import Path
from threading import Thread
from threading import enumerate as running_threads
from time import monotonic
from typing import Final

from tilebake.errors import Location, ModelError

PATIENCE: Final = 20.0  # seconds; a disk that sleeps is awake after ten


class _Question(Thread):
    """Ask for the state of a path, in a thread that may stay behind: nothing ends a call to a dead drive."""

    def __init__(self, path: Path) -> None:
        super().__init__(name=f"asking for {path}", daemon=True)
        self.path = path
        self.begun = monotonic()

    def run(self) -> None:
        with suppress(OSError, ValueError):  # also an answer; who reads the file tells what is wrong
            self.path.stat()


def require_answer(path: Path) -> None:
    """Wait until the drive of a path has said anything about it. Raises ModelError after 20 seconds.

    Asked again while it is silent, it raises at once: a drive that is gone is waited for once.
    """
    asked = (each for each in running_threads() if isinstance(each, _Question) and each.path == path)
    question = next(asked, None)
    if question is None:
        question = _Question(path)
        question.start()
    question.join(max(0.0, question.begun + PATIENCE - monotonic()))
    if question.is_alive():
        raise ModelError(
            f"the drive has not answered for {PATIENCE:.0f} seconds",
            where=Location(path),
            hint="connect it again, or name a model that lies on this machine",
        )
