"""What is left of the queue after a kill, or a fault of its journal."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers.job_orders import ASKED, EDITED, order, taken
from tilebake.serve.jobs import queue as jobs_module
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.journal import Journal
from tilebake.serve.jobs.queue import JobQueue
from tilebake.serve.jobs.service import UnknownIdError


def test_after_a_kill_the_queue_goes_on(jobs: JobQueue, restarted: Callable[[], JobQueue]) -> None:
    jobs.submit_all([order("a", priority=ASKED), order("b"), order("c", priority=EDITED)])
    running = taken(jobs)
    again = restarted()
    assert [job.map_id for job in again.live()] == ["c", "a", "b"]
    assert again.job(running.id).attempts == 0, "the host died, not the worker"
    assert again.submit(order("d")).id == 4, "ids are not given twice"


def test_a_kill_while_a_map_had_two_live_jobs_leaves_the_later(
    jobs: JobQueue, path: Path, restarted: Callable[[], JobQueue]
) -> None:
    jobs.submit(order("a", "1"))
    taken(jobs)
    jobs.submit(order("a", "2"))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE jobs SET state = 'running', ended = NULL WHERE id = 1")
    assert [job.digest for job in restarted().live()] == ["2"]


def test_where_a_result_lies_is_remembered(jobs: JobQueue, restarted: Callable[[], JobQueue]) -> None:
    jobs.submit(order("a", "request"))
    jobs.finish(taken(jobs).id, "result of less")
    for queue_ in (jobs, restarted()):
        assert queue_.result_of("request") == "result of less"
        assert queue_.result_of("another") == "another"


def test_old_jobs_are_forgotten_but_never_a_maps_latest(
    jobs: JobQueue, restarted: Callable[[], JobQueue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "KEPT_JOBS", 3)
    jobs.submit(order("quiet"))
    for number in range(10):
        jobs.submit(order("busy", str(number)))
    for queue_ in (jobs, restarted()):
        known = [number for number in range(1, 12) if is_known(queue_, number)]
        assert known == [1, 8, 9, 10, 11]


def is_known(jobs: JobQueue, job_id: int) -> bool:
    try:
        jobs.job(job_id)
    except UnknownIdError:
        return False
    return True


def test_a_failing_journal_is_reported_once_and_caught_up_later(
    jobs: JobQueue, journal: Journal, events: EventLog, restarted: Callable[[], JobQueue]
) -> None:
    database = journal._database  # pyright: ignore[reportPrivateUsage]
    database.execute("PRAGMA query_only = on")
    jobs.submit_all([order("a"), order("b")])
    jobs.finish(taken(jobs).id, "result")
    notices = [event.notice for event in events.after(0) if event.notice]
    assert len(notices) == 1
    assert "cannot be kept" in notices[0]
    database.execute("PRAGMA query_only = off")
    jobs.submit(order("c"))
    assert [job.map_id for job in restarted().live()] == ["b", "c"]


def test_a_damaged_journal_is_reported(path: Path, events: EventLog) -> None:
    path.write_bytes(b"no database at all")
    with closing(Journal(path)) as journal:
        JobQueue(journal, events)
    assert "begun anew" in events.after(0)[0].notice
