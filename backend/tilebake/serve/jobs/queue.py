"""Queue bakes: decide which map is baked next, and record the outcome of every job.

A map has one waiting or running job at most. A newer digest of it supersedes that job: a running one is not
wanted from that moment, and whoever bakes it asks `is_wanted` between the steps.
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tilebake.errors import BakeError, TilebakeError
from tilebake.request import Step
from tilebake.serve.jobs.eta import Eta, update_eta
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.journal import LIVE, Journal, Priority, Row, recover
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.jobs.status import JobView, MapId

__all__ = ["BakeOrder", "JobQueue", "Priority"]
_log: Final = logging.getLogger(__name__)

ATTEMPTS: Final = 2  # a job of which so many workers died is set aside
KEPT_JOBS: Final = 1000  # that are over and not their map's latest


class BakeOrder(NamedTuple):
    """Ask for a map to be baked as this digest says."""

    map_id: MapId
    digest: str
    priority: Priority


class JobQueue:
    """Queue bakes, for any number of threads. Every change is in the journal and among the events.

    A journal that cannot be written is reported once, and the queue goes on without it: what it would have
    kept is found again in the files.
    """

    def __init__(
        self,
        journal: Journal,
        events: EventLog,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._journal = journal
        self._events = events
        self._clock = clock
        self._wall = wall
        self._changed = threading.Condition()
        self._rows: dict[int, Row] = {}
        self._latest: dict[MapId, int] = {}
        self._outdated: deque[int] = deque()  # jobs that are not their map's latest, the oldest first
        self._etas: dict[int, Eta] = {}
        self._published = 0  # the running job whose picture is put in its place
        self._sketched = 0  # the running job whose progress image is a sketch
        self._is_kept = True  # whether the journal is complete
        if journal.notice:
            events.emit(notice=journal.notice)
        self._recover()

    def submit(self, order: BakeOrder) -> JobView:
        """Queue a bake; return the job that does it, which may be an earlier one.

        A digest of a map is not queued twice, but a higher priority counts. A job that was set aside stays so
        until its map changes or somebody asks for it.
        """
        return self.submit_all((order,))[0]

    def submit_all(self, orders: Sequence[BakeOrder]) -> tuple[JobView, ...]:
        """Queue many bakes with one write to the journal."""
        with self._changed:
            self._keep([row for order in orders for row in self._apply(order)])
            self._changed.notify_all()
            return tuple(self._view(self._latest_row(order.map_id)) for order in orders)

    def cancel(self, job_id: int) -> JobView:
        """End a job that waits or runs; one that is over, or being published, stays as it is.

        Raises UnknownIdError.
        """
        with self._changed:
            row = self._row(job_id)
            return self._end(row, state="cancelled") if self._may_end(row) else self._view(row)

    def withdraw(self, map_id: MapId) -> None:
        """End the job of a map that need not be baked any more: it is gone, or up to date.

        A job that is being published may be what brought it up to date.
        """
        with self._changed:
            row = self._rows.get(self._latest.get(map_id, 0))
            if row is not None and self._may_end(row):
                self._end(row, state="cancelled")

    def take(self, wait: float) -> JobView:
        """Start the next job: the highest priority, then the oldest.

        Raises queue.Empty when there is none within `wait` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(self._waiting, wait):
                raise queue.Empty
            row = min(self._waiting(), key=lambda row: (row.priority, row.id))
            return self._change(row, state="running", attempts=row.attempts + 1)

    def is_waiting(self) -> bool:
        """Tell whether any job is waiting."""
        with self._changed:
            return bool(self._waiting())

    def is_wanted(self, job_id: int) -> bool:
        """Tell whether a job that was started is still to be finished."""
        with self._changed:
            return self._running(job_id) is not None

    def begin_publishing(self, job_id: int) -> bool:
        """Note that a job's picture is put in its place now; False if the job is not wanted any more."""
        with self._changed:
            if self._running(job_id) is None:
                return False
            self._published = job_id
            return True

    def progress(self, job_id: int, step: Step) -> None:
        """Record that a running job has done a step."""
        with self._changed:
            if (row := self._running(job_id)) is not None:
                self._etas[job_id] = update_eta(self._etas.get(job_id), step.step, step.steps, self._clock())
                self._events.emit(job=self._view(row))

    def is_urgent(self, job_id: int) -> bool:
        """Tell whether a map is being edited or somebody asked for it, so that a person may be waiting."""
        with self._changed:
            row = self._rows.get(job_id)
            return row is not None and row.priority < Priority.STALE

    def show_image(self, job_id: int, *, is_sketch: bool) -> None:
        """Record that a running job has a progress image, and whether that is a sketch."""
        with self._changed:
            if (row := self._running(job_id)) is not None and is_sketch != (self._sketched == job_id):
                self._sketched = job_id if is_sketch else 0
                self._events.emit(job=self._view(row))

    def finish(self, job_id: int, result: str, degraded: tuple[str, ...] = ()) -> None:
        """Record that a job is done, its texture in the cache under `result`, unless it is not wanted."""
        with self._changed:
            if (row := self._running(job_id)) is not None:
                self._end(row, state="done", result=result, degraded=degraded, diagnostic=None)

    def fail(self, job_id: int, error: TilebakeError) -> None:
        """Record that a job failed, unless it is not wanted any more."""
        with self._changed:
            if (row := self._running(job_id)) is not None:
                _log.debug("%s: failed: %s", row.map_id, error)
                self._end(row, state="failed", diagnostic=error.diagnostic)

    def retry_or_set_aside(self, job_id: int, error: TilebakeError) -> None:
        """Record that the worker died of a job: it is retried once, and then set aside."""
        with self._changed:
            if (row := self._running(job_id)) is None:
                return
            if row.attempts < ATTEMPTS:
                _log.warning("%s: the worker died, trying once more: %s", row.map_id, error)
                self._change(row, state="waiting", diagnostic=error.diagnostic)
                self._changed.notify_all()
            else:
                _log.error("%s: set aside, for %d workers died of it: %s", row.map_id, row.attempts, error)
                self._end(row, state="set aside", diagnostic=error.diagnostic)

    def job(self, job_id: int) -> JobView:
        """Return a job. Raises UnknownIdError."""
        with self._changed:
            return self._view(self._row(job_id))

    def latest(self, map_id: MapId) -> JobView:
        """Return the latest job of a map. Raises UnknownIdError if it never had one."""
        with self._changed:
            return self._view(self._latest_row(map_id))

    def live(self) -> tuple[JobView, ...]:
        """Return the jobs that run or wait, in the order in which they are taken."""
        with self._changed:
            rows = [row for row in self._rows.values() if row.state in LIVE]
            ordered = sorted(rows, key=lambda row: (row.state != "running", row.priority, row.id))
            return tuple(self._view(row) for row in ordered)

    def failed(self) -> tuple[MapId, ...]:
        """Return the maps whose latest job failed."""
        with self._changed:
            return tuple(
                map_id for map_id, latest in self._latest.items() if self._rows[latest].state == "failed"
            )

    def result_of(self, digest: str) -> str:
        """Return the digest under which the cache may have a request's texture: a done job's, or its own."""
        with self._changed:
            done = (
                row.result for row in reversed(self._rows.values()) if row.digest == digest and row.result
            )
            return next(done, digest)

    def _recover(self) -> None:
        found = self._journal.rows()
        rows = recover(found, self._wall())
        for row in rows:
            self._remember(row)
        self._keep([new for old, new in zip(found, rows, strict=True) if new != old])

    def _row(self, job_id: int) -> Row:
        try:
            return self._rows[job_id]
        except KeyError:
            raise UnknownIdError(f"there is no job {job_id}") from None

    def _running(self, job_id: int) -> Row | None:
        """Return a job that was started, unless it is not wanted any more; then it may even be forgotten."""
        row = self._rows.get(job_id)
        return row if row is not None and row.state == "running" else None

    def _may_end(self, row: Row) -> bool:
        return row.state in LIVE and row.id != self._published

    def _latest_row(self, map_id: MapId) -> Row:
        try:
            return self._rows[self._latest[map_id]]
        except KeyError:
            raise UnknownIdError(f"there is no job of {map_id}") from None

    def _waiting(self) -> list[Row]:
        return [row for row in self._rows.values() if row.state == "waiting"]

    def _apply(self, order: BakeOrder) -> list[Row]:
        """Apply an order; return the changed rows: none, the job there is, or that and a new one."""
        before = self._rows.get(self._latest.get(order.map_id, 0))
        if before is None:
            return [self._put(self._new(order))]
        is_live = before.state in LIVE
        urgent = order._replace(priority=min(order.priority, before.priority)) if is_live else order
        if before.digest != order.digest:
            superseded = replace(before, state="superseded", ended=self._wall())
            return [*([self._put(superseded)] if is_live else []), self._put(self._new(urgent))]
        if before.state == "waiting" and before.priority != urgent.priority:
            return [self._put(replace(before, priority=urgent.priority))]
        if is_live or (before.state == "set aside" and order.priority != Priority.ASKED):
            return []
        return [self._put(self._new(order))]

    def _new(self, order: BakeOrder) -> Row:
        return Row(
            id=next(reversed(self._rows), 0) + 1,
            map_id=order.map_id,
            digest=order.digest,
            priority=order.priority,
            state="waiting",
            submitted=self._wall(),
        )

    def _end(self, row: Row, **changes: Any) -> JobView:
        return self._change(row, ended=self._wall(), **changes)

    def _change(self, row: Row, **changes: Any) -> JobView:
        changed = self._put(replace(row, **changes))
        self._keep([changed])
        return self._view(changed)

    def _put(self, row: Row) -> Row:
        """Put a changed row into the queue, and emit an event."""
        if row.state != "running":
            self._etas.pop(row.id, None)
        self._remember(row)
        self._events.emit(job=self._view(row))
        return row

    def _remember(self, row: Row) -> None:
        before = self._latest.get(row.map_id, 0)
        if row.id > before:
            self._latest[row.map_id] = row.id
            self._outdated.extend([before] if before else [])
        self._rows[row.id] = row

    def _keep(self, changed: Iterable[Row]) -> None:
        """Write the changed rows to the journal, or all of them where that failed before."""
        forgotten = [self._outdated.popleft() for _ in range(len(self._outdated) - KEPT_JOBS)]
        for each in forgotten:
            del self._rows[each]
        rows = [row for row in changed if row.id in self._rows] if self._is_kept else self._rows.values()
        try:
            self._journal.write(rows, forgotten)
        except BakeError as error:
            if self._is_kept:
                self._events.emit(notice=str(error))
            self._is_kept = False
        else:
            self._is_kept = True

    def _view(self, row: Row) -> JobView:
        eta = self._etas.get(row.id)
        return JobView(
            id=row.id,
            map_id=row.map_id,
            digest=row.digest,
            state=row.state,
            step=eta.step if eta else 0,
            steps=eta.steps if eta else 0,
            seconds_left=eta.seconds_left if eta else None,
            submitted=row.submitted,
            ended=row.ended,
            attempts=row.attempts,
            degraded=row.degraded,
            diagnostic=row.diagnostic,
            shows_sketch=row.state == "running" and self._sketched == row.id,
        )
