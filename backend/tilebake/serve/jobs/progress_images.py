"""Keep the latest progress image of the running job while somebody asks for it."""

import threading
import time
from collections.abc import Callable
from typing import Final

from tilebake.serve.jobs.service import UnknownIdError

INTEREST: Final = 10.0  # seconds; who asked for an image will want the next


class ProgressImages:
    """Keep the latest progress image, and have images sent only while somebody asks for them."""

    def __init__(self, switch: Callable[[bool], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._switch = switch
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: float | None = None  # None while they are off
        self._job_id = 0
        self._png = b""

    def put(self, job_id: int, png: bytes) -> None:
        """Keep a new image of a job."""
        with self._lock:
            self._job_id, self._png = job_id, png

    def get(self, job_id: int) -> bytes:
        """Return the latest image of a job. Raises UnknownIdError while there is none; asking starts them."""
        with self._lock:
            if self._asked is None:
                self._switch(True)
            self._asked = self._clock()
            if self._job_id != job_id or not self._png:
                raise UnknownIdError(f"there is no progress image of job {job_id} yet")
            return self._png

    def expire(self) -> None:
        """Stop the images if nobody asks any more; called every few seconds."""
        with self._lock:
            if self._asked is not None and self._clock() - self._asked > INTEREST:
                self._asked = None
                self._png = b""
                self._switch(False)
