"""The queue: which map is baked next, and what has become of every job.

A map has one waiting or running job at most. A newer digest of it supersedes that job: a running one is no
longer wanted from that moment, and whoever bakes it asks `wanted` between the steps.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tilebake.errors import BakeError, TilebakeError
from tilebake.request import Step
from tilebake.serve.jobs.eta import Eta, paced
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.journal import Journal, Priority, Row
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.jobs.status import JobView, MapId

__all__ = ["JobQueue", "Ordered", "Priority", "recovered"]

ATTEMPTS: Final = 2  # a job that has been the death of so many workers is set aside
KEPT: Final = 1000  # jobs that are over and not their map's latest
LIVE: Final = ("waiting", "running")


class Ordered(NamedTuple):
    """A map is to be baked as this digest says."""

    map_id: MapId
    digest: str
    priority: Priority


class JobQueue:
    """The queue, for any number of threads. Every change is in the journal and among the events.

    A journal that cannot be written to is told once, and the queue goes on without: what it would have kept
    is found again in the files.
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
        self._paces: dict[int, Eta] = {}
        self._is_kept = True  # whether the journal has all that it should
        if journal.notice:
            events.emit(notice=journal.notice)
        self._recover()

    def submit(self, order: Ordered) -> JobView:
        """Order a bake; the job that does it, which may be an earlier one.

        A map's own digest is not queued twice, but a higher priority counts. A job that was set aside stays
        so until its map changes or it is asked for.
        """
        return self.submit_all((order,))[0]

    def submit_all(self, orders: Sequence[Ordered]) -> tuple[JobView, ...]:
        """Order many bakes in one write to the journal."""
        with self._changed:
            self._keep([row for order in orders for row in self._ordered(order)])
            self._changed.notify_all()
            return tuple(self._view(self._of(order.map_id)) for order in orders)

    def cancel(self, job_id: int) -> JobView:
        """End a job that waits or runs; one that is over stays as it is. Raises UnknownIdError."""
        with self._changed:
            row = self._row(job_id)
            return self._end(row, state="cancelled") if row.state in LIVE else self._view(row)

    def withdraw(self, map_id: MapId) -> None:
        """End what waits or runs for a map that need not be baked any more: it is gone, or up to date."""
        with self._changed:
            row = self._rows.get(self._latest.get(map_id, 0))
            if row is not None and row.state in LIVE:
                self._end(row, state="cancelled")

    def take(self, wait: float) -> JobView:
        """Begin the next job: the highest priority, then the oldest.

        Raises queue.Empty when there is none within `wait` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(self._waiting, wait):
                raise queue.Empty
            row = min(self._waiting(), key=lambda row: (row.priority, row.id))
            return self._change(row, state="running", attempts=row.attempts + 1)

    def is_waiting(self) -> bool:
        """Whether any job waits to be begun."""
        with self._changed:
            return bool(self._waiting())

    def wanted(self, job_id: int) -> bool:
        """Whether a job that was begun is still to be finished."""
        with self._changed:
            return self._running(job_id) is not None

    def progress(self, job_id: int, step: Step) -> None:
        """A running job has done a step."""
        with self._changed:
            if (row := self._running(job_id)) is not None:
                self._paces[job_id] = paced(self._paces.get(job_id), step.step, step.steps, self._clock())
                self._events.emit(job=self._view(row))

    def finish(self, job_id: int, result: str, degraded: tuple[str, ...] = ()) -> None:
        """A job is done; the cache has its texture under `result`. Nothing, if it is not wanted any more."""
        with self._changed:
            if (row := self._running(job_id)) is not None:
                self._end(row, state="done", result=result, degraded=degraded, diagnostic=None)

    def fail(self, job_id: int, error: TilebakeError) -> None:
        """A job cannot be done. Nothing, if it is not wanted any more."""
        with self._changed:
            if (row := self._running(job_id)) is not None:
                self._end(row, state="failed", diagnostic=error.diagnostic)

    def died(self, job_id: int, error: TilebakeError) -> None:
        """The worker died of a job: it is tried once more, and then set aside."""
        with self._changed:
            if (row := self._running(job_id)) is None:
                return
            if row.attempts < ATTEMPTS:
                self._change(row, state="waiting", diagnostic=error.diagnostic)
                self._changed.notify_all()
            else:
                self._end(row, state="set aside", diagnostic=error.diagnostic)

    def job(self, job_id: int) -> JobView:
        """A job as it stands. Raises UnknownIdError."""
        with self._changed:
            return self._view(self._row(job_id))

    def latest(self, map_id: MapId) -> JobView:
        """The latest job of a map. Raises UnknownIdError when it never had one."""
        with self._changed:
            return self._view(self._of(map_id))

    def live(self) -> tuple[JobView, ...]:
        """The jobs that run or wait, in the order in which they are taken."""
        with self._changed:
            rows = [row for row in self._rows.values() if row.state in LIVE]
            ordered = sorted(rows, key=lambda row: (row.state != "running", row.priority, row.id))
            return tuple(self._view(row) for row in ordered)

    def result_of(self, digest: str) -> str:
        """Where the cache may have what a request's digest asks for: there, or where a done job says."""
        with self._changed:
            done = (
                row.result for row in reversed(self._rows.values()) if row.digest == digest and row.result
            )
            return next(done, digest)

    def _recover(self) -> None:
        found = self._journal.rows()
        rows = recovered(found, self._wall())
        for row in rows:
            self._remember(row)
        self._keep([new for old, new in zip(found, rows, strict=True) if new != old])

    def _row(self, job_id: int) -> Row:
        try:
            return self._rows[job_id]
        except KeyError:
            raise UnknownIdError(f"there is no job {job_id}") from None

    def _running(self, job_id: int) -> Row | None:
        """A job that was begun, unless it is not wanted any more; then it may even be forgotten."""
        row = self._rows.get(job_id)
        return row if row is not None and row.state == "running" else None

    def _of(self, map_id: MapId) -> Row:
        try:
            return self._rows[self._latest[map_id]]
        except KeyError:
            raise UnknownIdError(f"there is no job of {map_id}") from None

    def _waiting(self) -> list[Row]:
        return [row for row in self._rows.values() if row.state == "waiting"]

    def _ordered(self, order: Ordered) -> list[Row]:
        """What an order changes: nothing, the job there is, or that and a new one."""
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

    def _new(self, order: Ordered) -> Row:
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
        """Take a row into the queue as it now is, and tell of it."""
        if row.state != "running":
            self._paces.pop(row.id, None)
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
        """Write to the journal what changed, or all that there is where it failed before."""
        forgotten = [self._outdated.popleft() for _ in range(len(self._outdated) - KEPT)]
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
        pace = self._paces.get(row.id)
        return JobView(
            id=row.id,
            map_id=row.map_id,
            digest=row.digest,
            state=row.state,
            step=pace.step if pace else 0,
            steps=pace.steps if pace else 0,
            seconds_left=pace.seconds_left if pace else None,
            submitted=row.submitted,
            ended=row.ended,
            attempts=row.attempts,
            degraded=row.degraded,
            diagnostic=row.diagnostic,
        )


def recovered(rows: Iterable[Row], now: float) -> tuple[Row, ...]:
    """The rows of a journal whose host is gone: what ran waits again, and that attempt does not count.

    Of two live jobs of a map, which a kill can leave, the later one is meant.
    """
    found = tuple(rows)
    latest = {row.map_id: row.id for row in found}
    return tuple(_recovered(row, now, is_latest=latest[row.map_id] == row.id) for row in found)


def _recovered(row: Row, now: float, *, is_latest: bool) -> Row:
    if row.state in LIVE and not is_latest:
        return replace(row, state="superseded", ended=now)
    if row.state == "running":
        return replace(row, state="waiting", attempts=row.attempts - 1)
    return row
