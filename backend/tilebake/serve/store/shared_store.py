"""Ask a shared store for objects, and bear whatever is wrong with it: it never ends a bake."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

from tilebake.serve.store.objects import LargeObjectError, Objects

DEADLINE: Final = 30.0  # seconds for one object: longer, the bake goes on without it
PAUSE: Final = 60.0  # seconds without another try, once reading or writing failed

Tell = Callable[[str], object]
T = TypeVar("T")

_log: Final = logging.getLogger(__name__)


class SharedStore:
    """Read and write objects that are verified by whoever reads them.

    What fails is told once, and tried again after a rest; reading goes on where only writing fails.
    """

    def __init__(
        self,
        connect: Callable[[], Objects],
        name: str,
        tell: Tell,
        clock: Callable[[], float] = time.monotonic,
        deadline: float = DEADLINE,
    ) -> None:
        self.name = name  # for people
        self._connect = connect
        self._tell = tell
        self._clock = clock
        self._deadline = deadline
        self._objects: Objects | None = None
        self._rests_until: dict[str, float] = {}  # by what was tried
        self._is_told: set[str] = set()

    def read(self, name: str, most: int) -> bytes | None:
        """Return an object of at most so many bytes; None if there is none, or the store cannot be read."""

        def read(objects: Objects) -> bytes | None:
            try:
                return objects.read(name, most)
            except FileNotFoundError:
                return None

        try:
            return self._ask("read", read)
        except LargeObjectError as error:
            self.report_damage(name, error)
            return None

    def write(self, name: str, content: bytes) -> bool:
        """Put an object, if the store can be written to, and tell whether it was."""

        def write(objects: Objects) -> bool:
            objects.write(name, content)
            return True

        return self._ask("written to", write) or False

    def remove(self, name: str) -> None:
        """Remove an object, if there is one and the store can be written to."""

        def remove(objects: Objects) -> None:
            with contextlib.suppress(FileNotFoundError):
                objects.remove(name)

        self._ask("written to", remove)

    def report_damage(self, name: str, error: ValueError) -> None:
        """Tell once that the store holds something that is not what was put there; log each."""
        _log.warning("%s of the store %s is damaged: %s", name, self.name, error)
        self._tell_once(
            "damage", f"the store {self.name} holds damaged objects; what they were is painted anew"
        )

    def _ask(self, what: str, task: Callable[[Objects], T]) -> T | None:
        if self._clock() < self._rests_until.get(what, 0.0):
            return None
        try:
            return call_within(self._deadline, lambda: task(self._connected()))
        except LargeObjectError:
            raise
        except Exception as error:  # each driver has its own
            self._rests_until[what] = self._clock() + PAUSE
            reason = f"no answer in {self._deadline:g} s" if isinstance(error, TimeoutError) else str(error)
            _log.warning("the store %s cannot be %s", self.name, what, exc_info=error)
            self._tell_once(
                what, f"the store {self.name} cannot be {what}, so the bake goes on without it: {reason}"
            )
            return None

    def _connected(self) -> Objects:
        if self._objects is None:
            self._objects = self._connect()
        return self._objects

    def _tell_once(self, subject: str, text: str) -> None:
        if subject not in self._is_told:
            self._is_told.add(subject)
            self._tell(text)


def call_within(seconds: float, task: Callable[[], T]) -> T:
    """Return what a task returns, or raise what it raises.

    Raises TimeoutError if it takes longer, and leaves it alone then.
    """
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(task())
        except Exception as error:
            outcome.set_exception(error)

    threading.Thread(target=run, name="store", daemon=True).start()
    return outcome.result(seconds)
