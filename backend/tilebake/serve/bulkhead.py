"""Report whatever nobody foresaw as the error of one map, so that all others go on.

Python has no list of what a library may raise. So at each place where the work of one map, model or file
begins there is a catch-all, and what it catches becomes an error here: a mistake of tilebake's own.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Self

from tilebake.errors import BakeError, Location, MapError, TilebakeError

_log: Final = logging.getLogger(__name__)

FIRST_PAUSE: Final = 1.0  # seconds before a task that failed is run again; doubled with each further failure
LONGEST_PAUSE: Final = 60.0
LONGEST_WORDS: Final = 200  # characters of an exception's own words
NO_MEMORY: Final = ("OutOfMemoryError", "can't allocate memory")  # torch has no MemoryError


@contextmanager
def bulkhead(place: Path | None = None) -> Generator[None]:
    """Raise whatever goes wrong within the block as a TilebakeError, with `place` as where."""
    try:
        yield
    except Exception as error:
        raise as_error(error, place) from error


def as_error(error: Exception, place: Path | None = None) -> TilebakeError:
    """Return an exception as an error to report; one that nobody foresaw is logged with its traceback."""
    if isinstance(error, TilebakeError):
        return error
    if _is_refusal(error):
        _log.info("refused by the system at %s", place, exc_info=error)
        what, hint = f"cannot be examined or written: {error}", "check links, permissions and free space"
        return MapError(what, where=Location(file=place), hint=hint)
    _log.error("a mistake of tilebake's own at %s", place, exc_info=error)
    return Mistake.from_error(error).to_error(place)


class Mistake(NamedTuple):
    """Hold what is known of an exception that nobody foresaw; it may come from another process."""

    words: str
    is_of_memory: bool

    @classmethod
    def from_error(cls, error: BaseException) -> Self:
        """Describe an exception by its type and the first line of what it says."""
        lines = str(error).strip().splitlines() or [""]
        words = ": ".join(part for part in (type(error).__name__, lines[0][:LONGEST_WORDS]) if part)
        is_of_memory = isinstance(error, MemoryError) or any(sign in words for sign in NO_MEMORY)
        return cls(words, is_of_memory)

    def to_error(self, place: Path | None = None) -> BakeError:
        """Make an error of it, for those who can do nothing about it but report it."""
        where = Location(file=place)
        if self.is_of_memory:
            what, hint = "there is not enough memory for it", "close other programs, or lower pixels_per_tile"
            return BakeError(what, where=where, hint=hint)
        what = f"a mistake of tilebake's own: {self.words}"
        return BakeError(what, where=where, hint=f"please report it, with the traceback in {log_name()}")


def log_name() -> str:
    """Return the path of the log file if one is being written."""
    handlers = logging.getLogger("tilebake").handlers
    files = [file for handler in handlers if (file := getattr(handler, "baseFilename", ""))]
    return files[-1] if files else "the output of `--verbose`"


class Chores:
    """Run chores that may fail without ending their thread. The same mistake is logged and told once."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._mistakes: dict[str, str] = {}  # by chore

    def run(self, chore: Callable[[], None]) -> None:
        """Run a chore. Whatever it raises is logged and told."""
        name = getattr(chore, "__name__", "")
        try:
            chore()
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            if self._mistakes.get(name) != text:
                self._mistakes[name] = text
                self._tell(str(as_error(error)))
        else:
            self._mistakes.pop(name, None)

    def repeat(self, task: Callable[[], None], stop: threading.Event) -> None:
        """Run a task until `stop` is set: again whenever it ended early, after a pause that grows."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            began = time.monotonic()
            self.run(task)
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _is_refusal(error: Exception) -> bool:
    """Tell what the system refused from a mistake. A circle of links is a RuntimeError in Python 3.11."""
    return isinstance(error, OSError) or (isinstance(error, RuntimeError) and "Symlink loop" in str(error))
