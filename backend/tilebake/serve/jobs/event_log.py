"""What has happened in a running backend: numbered from 1, the latest of it kept, and waited for by many."""

import threading
from collections import deque
from typing import Final

from tilebake.serve.jobs.status import Event, JobView, MapView

KEPT: Final = 10_000  # events; who falls further behind sees a gap in the numbers, and reads all states anew


class EventLog:
    """A log in memory that any thread may write to and follow."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept: deque[Event] = deque(maxlen=kept)
        self._number = 0
        self._closed = False
        self._news = threading.Condition()

    def emit(self, *, map: MapView | None = None, job: JobView | None = None, notice: str = "") -> Event:
        """Add an event, and wake those who wait for one."""
        with self._news:
            self._number += 1
            event = Event(self._number, map, job, notice)
            self._kept.append(event)
            self._news.notify_all()
            return event

    def after(self, number: int, wait: float = 0.0) -> tuple[Event, ...]:
        """The events later than `number`, oldest first; waits up to `wait` seconds for the first of them."""
        with self._news:
            self._news.wait_for(lambda: self._closed or self._number > number, wait)
            later: list[Event] = []
            for event in reversed(self._kept):
                if event.number <= number:
                    break
                later.append(event)
            return tuple(reversed(later))

    def close(self) -> None:
        """From now on nobody waits, so that those who follow can leave."""
        with self._news:
            self._closed = True
            self._news.notify_all()
