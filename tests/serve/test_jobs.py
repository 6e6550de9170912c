"""The queue: what is taken next, what supersedes what, and what is left of it after a kill."""

import queue
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilebake.errors import BakeError, MapError, Place
from tilebake.request import Step
from tilebake.serve import jobs as jobs_module
from tilebake.serve.desk import UnknownIdError
from tilebake.serve.events import Events
from tilebake.serve.jobs import Jobs, Ordered, Priority
from tilebake.serve.journal import Journal
from tilebake.serve.status import JobView, Mistake

EDITED, ASKED, STALE = Priority.EDITED, Priority.ASKED, Priority.STALE
DIED = BakeError("the worker process was ended by SIGKILL", mend="close other programs")
KILLS = 3
MANY_KILLS = 300


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(path: Path) -> Generator[Journal]:
    with closing(Journal(path)) as journal:
        yield journal


@pytest.fixture
def jobs(journal: Journal, events: Events, clock: Clock) -> Jobs:
    return Jobs(journal, events, clock=clock, wall=clock)


@pytest.fixture
def restarted(path: Path) -> Generator[Callable[[], Jobs]]:
    """The queue of a new host, after the old one was killed."""
    journals: list[Journal] = []

    def restart() -> Jobs:
        journals.append(Journal(path))
        return Jobs(journals[-1], Events())

    yield restart
    for each in journals:
        each.close()


def order(map_id: str, digest: str = "d", priority: Priority = STALE) -> Ordered:
    return Ordered(map_id, digest, priority)


def taken(jobs: Jobs) -> JobView:
    return jobs.take(0)


def drained(jobs: Jobs) -> list[str]:
    """The maps in the order in which they are taken."""
    maps: list[str] = []
    while jobs.live():
        job = taken(jobs)
        maps.append(job.map_id)
        jobs.finish(job.id, job.digest)
    return maps


def test_an_order_waits_runs_and_is_done(jobs: Jobs, clock: Clock) -> None:
    waiting = jobs.submit(order("a"))
    assert (waiting.state, waiting.attempts, waiting.submitted) == ("waiting", 0, 1000.0)
    running = taken(jobs)
    assert (running.id, running.state, running.attempts) == (waiting.id, "running", 1)
    assert jobs.wanted(running.id)
    clock.now += 5
    jobs.finish(running.id, "result", ("decoded in tiles",))
    done = jobs.job(running.id)
    assert (done.state, done.ended, done.degraded) == ("done", 1005.0, ("decoded in tiles",))
    assert not jobs.wanted(running.id)


def test_the_map_being_edited_is_first_then_what_was_asked_for_then_the_oldest(jobs: Jobs) -> None:
    jobs.submit_all([order("stale 1"), order("stale 2"), order("asked 1", priority=ASKED)])
    jobs.submit_all([order("edited", priority=EDITED), order("asked 2", priority=ASKED)])
    assert [job.map_id for job in jobs.live()] == ["edited", "asked 1", "asked 2", "stale 1", "stale 2"]
    assert drained(jobs) == ["edited", "asked 1", "asked 2", "stale 1", "stale 2"]


def test_the_same_digest_is_not_queued_twice(jobs: Jobs) -> None:
    first = jobs.submit(order("a"))
    assert jobs.submit(order("a")) == first
    running = taken(jobs)
    assert jobs.submit(order("a", priority=EDITED)) == running
    assert jobs.live() == (running,)


def test_a_higher_priority_counts_for_a_job_that_waits(jobs: Jobs) -> None:
    jobs.submit_all([order("a"), order("b")])
    assert jobs.submit(order("b", priority=EDITED)).id == 2
    jobs.submit(order("b", priority=STALE))
    assert drained(jobs) == ["b", "a"]


def test_a_newer_digest_supersedes_a_job_that_waits(jobs: Jobs) -> None:
    old = jobs.submit(order("a", "1"))
    new = jobs.submit(order("a", "2"))
    assert jobs.job(old.id).state == "superseded"
    assert jobs.live() == (new,)


def test_what_supersedes_an_edited_map_is_as_urgent(jobs: Jobs) -> None:
    jobs.submit_all([order("a", "1", EDITED), order("b", priority=ASKED)])
    jobs.submit(order("a", "2", STALE))
    assert drained(jobs) == ["a", "b"]


def test_a_newer_digest_makes_the_running_job_unwanted(jobs: Jobs) -> None:
    jobs.submit(order("a", "1"))
    old = taken(jobs)
    new = jobs.submit(order("a", "2"))
    assert not jobs.wanted(old.id)
    jobs.finish(old.id, "late")
    jobs.fail(old.id, DIED)
    jobs.died(old.id, DIED)
    jobs.progress(old.id, Step(1, 2))
    assert jobs.job(old.id).state == "superseded"
    assert taken(jobs).id == new.id


@pytest.mark.parametrize("is_running", [False, True])
def test_a_cancelled_job_is_over(jobs: Jobs, is_running: bool) -> None:
    job = jobs.submit(order("a"))
    if is_running:
        taken(jobs)
    assert jobs.cancel(job.id).state == "cancelled"
    assert not jobs.wanted(job.id)
    assert jobs.live() == ()
    assert jobs.cancel(job.id).state == "cancelled"
    assert jobs.submit(order("a")).id != job.id, "it may be asked for again"


def test_a_job_that_is_done_stays_done(jobs: Jobs) -> None:
    jobs.submit(order("a"))
    job = taken(jobs)
    jobs.finish(job.id, "result")
    assert jobs.cancel(job.id).state == "done"


def test_a_map_that_is_gone_withdraws_its_job(jobs: Jobs) -> None:
    jobs.submit_all([order("a"), order("b")])
    jobs.withdraw("a")
    jobs.withdraw("never heard of")
    assert drained(jobs) == ["b"]


def test_a_job_that_fails_says_why(jobs: Jobs) -> None:
    jobs.submit(order("a"))
    job = taken(jobs)
    jobs.fail(job.id, MapError("too large", place=Place(Path("a.json"), 3, 5), mend="split it"))
    failed = jobs.job(job.id)
    assert (failed.state, failed.mistake) == ("failed", Mistake("too large", "a.json:3:5", "split it"))


def test_a_job_that_killed_its_worker_twice_is_set_aside(jobs: Jobs) -> None:
    jobs.submit(order("a"))
    for attempt, state in ((1, "waiting"), (2, "set aside")):
        job = taken(jobs)
        assert job.attempts == attempt
        jobs.died(job.id, DIED)
        after = jobs.job(job.id)
        assert after.state == state
        assert after.mistake == Mistake(DIED.what, "", "close other programs")


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
    jobs: Jobs, restarted: Callable[[], Jobs], again: Ordered, is_tried: bool
) -> None:
    jobs.submit(order("a", "1"))
    for _ in range(2):
        jobs.died(taken(jobs).id, DIED)
    for queue_ in (restarted(), jobs):
        assert (queue_.submit(again).state == "waiting") == is_tried


def test_nothing_to_take_is_said(jobs: Jobs) -> None:
    with pytest.raises(queue.Empty):
        jobs.take(0.01)


def test_who_waits_for_a_job_gets_the_next(jobs: Jobs) -> None:
    got: list[JobView] = []
    taker = threading.Thread(target=lambda: got.append(jobs.take(60)))
    taker.start()
    jobs.submit(order("a"))
    taker.join(60)
    assert [job.map_id for job in got] == ["a"]


def test_unknown_ids_are_said_to_be_so(jobs: Jobs) -> None:
    for ask in (lambda: jobs.job(7), lambda: jobs.cancel(7), lambda: jobs.latest("a")):
        with pytest.raises(UnknownIdError, match="there is no job"):
            ask()


def test_progress_tells_steps_and_time_left(jobs: Jobs, clock: Clock, events: Events) -> None:
    jobs.submit(order("a"))
    job = taken(jobs)
    before = len(events.after(0))
    for step in (1, 2):
        clock.now += 3
        jobs.progress(job.id, Step(step, 4))
    views = [event.job for event in events.after(before) if event.job]
    assert [(view.step, view.steps, view.seconds_left) for view in views] == [(1, 4, None), (2, 4, 6.0)]


def test_every_change_is_an_event(jobs: Jobs, events: Events) -> None:
    jobs.submit(order("a", "1"))
    jobs.submit(order("a", "2"))
    jobs.finish(taken(jobs).id, "result")
    told = [(event.job.id, event.job.state) for event in events.after(0) if event.job]
    assert told == [(1, "waiting"), (1, "superseded"), (2, "waiting"), (2, "running"), (2, "done")]


def test_after_a_kill_the_queue_goes_on(jobs: Jobs, restarted: Callable[[], Jobs]) -> None:
    jobs.submit_all([order("a", priority=ASKED), order("b"), order("c", priority=EDITED)])
    running = taken(jobs)
    again = restarted()
    assert [job.map_id for job in again.live()] == ["c", "a", "b"]
    assert again.job(running.id).attempts == 0, "the host died, not the worker"
    assert again.submit(order("d")).id == 4, "ids are not given twice"


def test_a_kill_while_a_map_had_two_live_jobs_leaves_the_later(
    jobs: Jobs, path: Path, restarted: Callable[[], Jobs]
) -> None:
    jobs.submit(order("a", "1"))
    taken(jobs)
    jobs.submit(order("a", "2"))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE jobs SET state = 'running', ended = NULL WHERE id = 1")
    assert [job.digest for job in restarted().live()] == ["2"]


def test_where_a_result_lies_is_remembered(jobs: Jobs, restarted: Callable[[], Jobs]) -> None:
    jobs.submit(order("a", "request"))
    jobs.finish(taken(jobs).id, "result of less")
    for queue_ in (jobs, restarted()):
        assert queue_.result_of("request") == "result of less"
        assert queue_.result_of("another") == "another"


def test_old_jobs_are_forgotten_but_never_a_maps_latest(
    jobs: Jobs, restarted: Callable[[], Jobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "KEPT", 3)
    jobs.submit(order("quiet"))
    for number in range(10):
        jobs.submit(order("busy", str(number)))
    for queue_ in (jobs, restarted()):
        known = [number for number in range(1, 12) if is_known(queue_, number)]
        assert known == [1, 8, 9, 10, 11]


def is_known(jobs: Jobs, job_id: int) -> bool:
    try:
        jobs.job(job_id)
    except UnknownIdError:
        return False
    return True


def test_a_journal_that_fails_is_told_once_and_made_up_for(
    jobs: Jobs, journal: Journal, events: Events, restarted: Callable[[], Jobs]
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


def test_a_damaged_journal_is_told(path: Path, events: Events) -> None:
    path.write_bytes(b"no database at all")
    with closing(Journal(path)) as journal:
        Jobs(journal, events)
    assert "begun anew" in events.after(0)[0].notice


def test_many_threads_do_every_job_once(jobs: Jobs) -> None:
    done: list[str] = []

    def work() -> None:
        while True:
            try:
                job = jobs.take(0)
            except queue.Empty:
                return
            done.append(job.map_id)
            jobs.finish(job.id, "result")

    maps = [f"map {number}" for number in range(60)]
    jobs.submit_all([order(each) for each in maps])
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted(maps)


ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("submit"), st.sampled_from("abc"), st.sampled_from("12"), st.sampled_from(Priority)
        ),
        st.tuples(st.sampled_from(["take", "finish", "fail", "died", "cancel", "restart"])),
    ),
    max_size=25,
)


def act(jobs: Jobs, name: str, running: int | None) -> int | None:
    """Do one thing; the id of the job that runs afterwards."""
    if name == "take":
        if running is not None and jobs.wanted(running):
            return running
        try:
            return jobs.take(0).id
        except queue.Empty:
            return None
    if running is not None:
        match name:
            case "finish":
                jobs.finish(running, "result")
            case "fail":
                jobs.fail(running, DIED)
            case "died":
                jobs.died(running, DIED)
            case _:
                jobs.cancel(running)
    return None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_happens_a_map_has_one_live_job_and_the_last_order_counts(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "jobs.sqlite"
    journal = Journal(path)
    jobs, running, last = Jobs(journal, Events()), None, dict[str, str]()
    for name, *what in acts:
        if name == "submit":
            map_id, digest, priority = what
            jobs.submit(Ordered(map_id, digest, Priority(int(priority))))
            last[map_id] = digest
        elif name == "restart":
            journal.close()
            journal = Journal(path)
            jobs, running = Jobs(journal, Events()), None
        else:
            running = act(jobs, name, running)
        live = [job.map_id for job in jobs.live()]
        assert len(live) == len(set(live))
        assert all(jobs.latest(map_id).digest == digest for map_id, digest in last.items())
    before = jobs.live()
    journal.close()
    with closing(Journal(path)) as kept:
        after = Jobs(kept, Events()).live()
    assert {job.id for job in after} == {job.id for job in before}


RENDERER = """
import queue, sys
from pathlib import Path
from tilebake.serve.events import Events
from tilebake.serve.jobs import Jobs, Ordered, Priority
from tilebake.serve.journal import Journal
jobs = Jobs(Journal(Path(sys.argv[1])), Events())
maps = [f"maps/{number}.json" for number in range(int(sys.argv[2]))]
done = {map_id for map_id in maps if jobs.result_of(map_id) != map_id}
jobs.submit_all([Ordered(map_id, map_id, Priority.STALE) for map_id in maps if map_id not in done])
while jobs.live():
    job = jobs.take(0)
    print("begin", job.map_id, flush=True)
    jobs.finish(job.id, "result of " + job.digest)
    print("end", job.map_id, flush=True)
print("all", flush=True)
"""


def kill_while_baking(path: Path, maps: int, kills: int) -> None:
    """Every map is done in the end, none that was said to be done is done again."""
    chance, ended, begun = random.Random(2), list[str](), list[str]()
    for left in reversed(range(kills + 1)):
        host = subprocess.Popen(
            [sys.executable, "-c", RENDERER, str(path), str(maps)], stdout=subprocess.PIPE, text=True
        )
        assert host.stdout is not None
        lines = (
            [host.stdout.readline() for _ in range(chance.randrange(1, 2 * maps // kills))] if left else []
        )
        if left:
            host.kill()
        words = [line.split() for line in [*lines, *host.stdout.read().splitlines()]]
        host.wait()
        host.stdout.close()
        new = [word[1] for word in words if word[:1] == ["begin"]]
        assert not set(new) & set(ended)
        begun += new
        ended += [word[1] for word in words if word[:1] == ["end"]]
    assert set(begun) == {f"maps/{number}.json" for number in range(maps)}
    assert len(begun) <= maps + kills


def test_killed_hosts_lose_nothing_and_repeat_nothing(path: Path) -> None:
    kill_while_baking(path, maps=40, kills=KILLS)


@pytest.mark.long
def test_many_killed_hosts_lose_nothing_and_repeat_nothing(path: Path) -> None:
    kill_while_baking(path, maps=3000, kills=MANY_KILLS)
