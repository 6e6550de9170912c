"""Keep the latest events of a running backend, numbered from 1, for any number of followers."""

import threading
from collections import deque
from typing import Final

from tilebake.serve.jobs.status import Event, JobView, MapView

KEPT_EVENTS: Final = 4_000  # who falls further behind sees a gap in the numbers, and asks for all maps again


class EventLog:
    """Log events in memory; any thread may write and follow."""

    def __init__(self, kept: int = KEPT_EVENTS) -> None:
        self._kept: deque[Event] = deque(maxlen=kept)
        self._number = 0
        self._closed = False
        self._changed = threading.Condition()

    def emit(self, *, map_view: MapView | None = None, job: JobView | None = None, notice: str = "") -> Event:
        """Add an event, and wake those who wait for one."""
        with self._changed:
            self._number += 1
            event = Event(self._number, map_view, job, notice)
            self._kept.append(event)
            self._changed.notify_all()
            return event

    def after(self, number: int, wait: float = 0.0) -> tuple[Event, ...]:
        """Return the events after `number`, oldest first; wait up to `wait` seconds for the first of them."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._number > number, wait)
            later: list[Event] = []
            for event in reversed(self._kept):
                if event.number <= number:
                    break
                later.append(event)
            return tuple(reversed(later))

    def close(self) -> None:
        """Let nobody wait from now on, so that followers can leave."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
