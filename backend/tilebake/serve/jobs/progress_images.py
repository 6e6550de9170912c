"""ProgressImages: the picture that is being painted, as long as somebody looks at it."""

import threading
import time
from collections.abc import Callable
from typing import Final

from tilebake.serve.jobs.service import UnknownIdError

INTEREST: Final = 10.0  # seconds; who asked for a picture will want the next


class ProgressImages:
    """The latest picture of the running job, and whether anybody wants one."""

    def __init__(self, switch: Callable[[bool], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._switch = switch
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: float | None = None  # None while they are off
        self._job_id = 0
        self._png = b""

    def show(self, job_id: int, png: bytes) -> None:
        """A picture of a job has come."""
        with self._lock:
            self._job_id, self._png = job_id, png

    def ask(self, job_id: int) -> bytes:
        """The latest picture of a job. Raises UnknownIdError while there is none; asking brings one about."""
        with self._lock:
            if self._asked is None:
                self._switch(True)
            self._asked = self._clock()
            if self._job_id != job_id or not self._png:
                raise UnknownIdError(f"there is no picture of job {job_id} yet")
            return self._png

    def rest(self) -> None:
        """To be called now and then: where nobody asks any more, no picture is made."""
        with self._lock:
            if self._asked is not None and self._clock() - self._asked > INTEREST:
                self._asked = None
                self._png = b""
                self._switch(False)
