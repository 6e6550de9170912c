"""The queue: what is taken next, what supersedes what, and how a job ends."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.clock import Clock
from tests.helpers.job_orders import ASKED, DIED, EDITED, STALE, drained, order, taken
from tilebake.errors import Diagnostic, Location, MapError
from tilebake.request import Step
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.queue import BakeOrder, JobQueue
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.jobs.status import JobView


def test_an_order_waits_runs_and_is_done(jobs: JobQueue, clock: Clock) -> None:
    waiting = jobs.submit(order("a"))
    assert (waiting.state, waiting.attempts, waiting.submitted) == ("waiting", 0, 1000.0)
    running = taken(jobs)
    assert (running.id, running.state, running.attempts) == (waiting.id, "running", 1)
    assert jobs.is_wanted(running.id)
    clock.now += 5
    jobs.finish(running.id, "result", ("decoded in tiles",))
    done = jobs.job(running.id)
    assert (done.state, done.ended, done.degraded) == ("done", 1005.0, ("decoded in tiles",))
    assert not jobs.is_wanted(running.id)


def test_the_map_being_edited_is_first_then_what_was_asked_for_then_the_oldest(jobs: JobQueue) -> None:
    jobs.submit_all([order("stale 1"), order("stale 2"), order("asked 1", priority=ASKED)])
    jobs.submit_all([order("edited", priority=EDITED), order("asked 2", priority=ASKED)])
    assert [job.map_id for job in jobs.live()] == ["edited", "asked 1", "asked 2", "stale 1", "stale 2"]
    assert drained(jobs) == ["edited", "asked 1", "asked 2", "stale 1", "stale 2"]


def test_the_same_digest_is_not_queued_twice(jobs: JobQueue) -> None:
    first = jobs.submit(order("a"))
    assert jobs.submit(order("a")) == first
    running = taken(jobs)
    assert jobs.submit(order("a", priority=EDITED)) == running
    assert jobs.live() == (running,)


def test_a_higher_priority_counts_for_a_job_that_waits(jobs: JobQueue) -> None:
    jobs.submit_all([order("a"), order("b")])
    assert jobs.submit(order("b", priority=EDITED)).id == 2
    jobs.submit(order("b", priority=STALE))
    assert drained(jobs) == ["b", "a"]


def test_a_newer_digest_supersedes_a_job_that_waits(jobs: JobQueue) -> None:
    old = jobs.submit(order("a", "1"))
    new = jobs.submit(order("a", "2"))
    assert jobs.job(old.id).state == "superseded"
    assert jobs.live() == (new,)


def test_what_supersedes_an_edited_map_is_as_urgent(jobs: JobQueue) -> None:
    jobs.submit_all([order("a", "1", EDITED), order("b", priority=ASKED)])
    jobs.submit(order("a", "2", STALE))
    assert drained(jobs) == ["a", "b"]


def test_a_newer_digest_makes_the_running_job_unwanted(jobs: JobQueue) -> None:
    jobs.submit(order("a", "1"))
    old = taken(jobs)
    new = jobs.submit(order("a", "2"))
    assert not jobs.is_wanted(old.id)
    jobs.finish(old.id, "late")
    jobs.fail(old.id, DIED)
    jobs.retry_or_set_aside(old.id, DIED)
    jobs.progress(old.id, Step(1, 2))
    assert jobs.job(old.id).state == "superseded"
    assert taken(jobs).id == new.id


@pytest.mark.parametrize("is_running", [False, True])
def test_a_cancelled_job_is_over(jobs: JobQueue, is_running: bool) -> None:
    job = jobs.submit(order("a"))
    if is_running:
        taken(jobs)
    assert jobs.cancel(job.id).state == "cancelled"
    assert not jobs.is_wanted(job.id)
    assert jobs.live() == ()
    assert jobs.cancel(job.id).state == "cancelled"
    assert jobs.submit(order("a")).id != job.id, "it may be asked for again"


def test_a_job_that_is_done_stays_done(jobs: JobQueue) -> None:
    jobs.submit(order("a"))
    job = taken(jobs)
    jobs.finish(job.id, "result")
    assert jobs.cancel(job.id).state == "done"


def test_a_map_that_is_gone_withdraws_its_job(jobs: JobQueue) -> None:
    jobs.submit_all([order("a"), order("b")])
    jobs.withdraw("a")
    jobs.withdraw("never heard of")
    assert drained(jobs) == ["b"]


def test_a_job_that_is_published_while_its_map_is_read_again_is_done(jobs: JobQueue) -> None:
    jobs.submit(order("a"))
    job = taken(jobs)
    assert jobs.begin_publishing(job.id)
    jobs.withdraw("a")  # its new picture stands there, and makes the map up to date
    assert jobs.cancel(job.id).state == "running", "it is too late"
    jobs.finish(job.id, "result")
    assert jobs.job(job.id).state == "done"


def test_a_job_that_was_cancelled_is_not_published(jobs: JobQueue) -> None:
    jobs.submit(order("a"))
    job = taken(jobs)
    jobs.cancel(job.id)
    assert not jobs.begin_publishing(job.id)


def test_a_job_that_fails_says_why(jobs: JobQueue) -> None:
    jobs.submit(order("a"))
    job = taken(jobs)
    jobs.fail(job.id, MapError("too large", where=Location(Path("a.json"), 3, 5), hint="split it"))
    failed = jobs.job(job.id)
    assert (failed.state, failed.diagnostic) == (
        "failed",
        Diagnostic("too large", Location.parse("a.json:3:5"), "split it"),
    )


def test_a_job_that_killed_its_worker_twice_is_set_aside(jobs: JobQueue) -> None:
    jobs.submit(order("a"))
    for attempt, state in ((1, "waiting"), (2, "set aside")):
        job = taken(jobs)
        assert job.attempts == attempt
        jobs.retry_or_set_aside(job.id, DIED)
        after = jobs.job(job.id)
        assert after.state == state
        assert after.diagnostic == DIED.diagnostic


@pytest.mark.parametrize(
    ("again", "is_tried"),
    [
        (order("a", "1", STALE), False),
        (order("a", "1", EDITED), False),
        (order("a", "1", ASKED), True),
        (order("a", "2", STALE), True),
    ],
)
def test_what_was_set_aside_is_tried_when_it_changed_or_is_asked_for(
    jobs: JobQueue, restarted: Callable[[], JobQueue], again: BakeOrder, is_tried: bool
) -> None:
    jobs.submit(order("a", "1"))
    for _ in range(2):
        jobs.retry_or_set_aside(taken(jobs).id, DIED)
    for queue_ in (restarted(), jobs):
        assert (queue_.submit(again).state == "waiting") == is_tried


def test_nothing_to_take_is_said(jobs: JobQueue) -> None:
    with pytest.raises(queue.Empty):
        jobs.take(0.01)


def test_a_waiting_runner_gets_the_next_job(jobs: JobQueue) -> None:
    got: list[JobView] = []
    taker = threading.Thread(target=lambda: got.append(jobs.take(60)))
    taker.start()
    jobs.submit(order("a"))
    taker.join(60)
    assert [job.map_id for job in got] == ["a"]


def test_unknown_ids_are_said_to_be_so(jobs: JobQueue) -> None:
    for ask in (lambda: jobs.job(7), lambda: jobs.cancel(7), lambda: jobs.latest("a")):
        with pytest.raises(UnknownIdError, match="there is no job"):
            ask()


def test_progress_shows_steps_and_time_left(jobs: JobQueue, clock: Clock, events: EventLog) -> None:
    jobs.submit(order("a"))
    job = taken(jobs)
    before = len(events.after(0))
    for step in (1, 2):
        clock.now += 3
        jobs.progress(job.id, Step(step, 4))
    views = [event.job for event in events.after(before) if event.job]
    assert [(view.step, view.steps, view.seconds_left) for view in views] == [(1, 4, None), (2, 4, 6.0)]


def test_every_change_is_an_event(jobs: JobQueue, events: EventLog) -> None:
    jobs.submit(order("a", "1"))
    jobs.submit(order("a", "2"))
    jobs.finish(taken(jobs).id, "result")
    told = [(event.job.id, event.job.state) for event in events.after(0) if event.job]
    assert told == [(1, "waiting"), (1, "superseded"), (2, "waiting"), (2, "running"), (2, "done")]


def test_a_running_job_says_while_its_image_is_a_sketch(jobs: JobQueue, events: EventLog) -> None:
    jobs.submit(order("a"))
    running = taken(jobs)
    assert not running.shows_sketch
    last = events.after(0, 0)[-1].number
    jobs.show_image(running.id, is_sketch=True)
    (told,) = events.after(last, 0)
    assert told.job is not None
    assert told.job.shows_sketch
    jobs.progress(running.id, Step(1, 2))
    assert jobs.job(running.id).shows_sketch
    jobs.show_image(running.id, is_sketch=False)
    assert not jobs.job(running.id).shows_sketch
    jobs.show_image(running.id, is_sketch=True)
    jobs.finish(running.id, "result")
    assert not jobs.job(running.id).shows_sketch


def test_a_job_is_urgent_if_somebody_may_be_waiting(jobs: JobQueue) -> None:
    urgent = [jobs.submit(order(name, priority=each)).id for name, each in (("a", EDITED), ("b", ASKED))]
    assert all(map(jobs.is_urgent, urgent))
    assert not jobs.is_urgent(jobs.submit(order("c", priority=STALE)).id)
    assert not jobs.is_urgent(99)
