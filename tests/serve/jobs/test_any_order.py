"""Whatever happens in whatever order: every map is done, and none twice."""

import queue
import random
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.job_orders import DIED, order
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.journal import Journal
from tilebake.serve.jobs.queue import BakeOrder, JobQueue, Priority

KILLS = 3
MANY_KILLS = 300


def test_many_threads_do_every_job_once(jobs: JobQueue) -> None:
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


def act(jobs: JobQueue, name: str, running: int | None) -> int | None:
    """Do one thing; the id of the job that runs afterwards."""
    if name == "take":
        if running is not None and jobs.is_wanted(running):
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
                jobs.retry_or_set_aside(running, DIED)
            case _:
                jobs.cancel(running)
    return None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=ACTS)
def test_whatever_happens_a_map_has_one_live_job_and_the_last_order_counts(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, ...]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "jobs.sqlite"
    journal = Journal(path)
    jobs, running, last = JobQueue(journal, EventLog()), None, dict[str, str]()
    for name, *what in acts:
        if name == "submit":
            map_id, digest, priority = what
            jobs.submit(BakeOrder(map_id, digest, Priority(int(priority))))
            last[map_id] = digest
        elif name == "restart":
            journal.close()
            journal = Journal(path)
            jobs, running = JobQueue(journal, EventLog()), None
        else:
            running = act(jobs, name, running)
        live = [job.map_id for job in jobs.live()]
        assert len(live) == len(set(live))
        assert all(jobs.latest(map_id).digest == digest for map_id, digest in last.items())
    before = jobs.live()
    journal.close()
    with closing(Journal(path)) as kept:
        after = JobQueue(kept, EventLog()).live()
    assert {job.id for job in after} == {job.id for job in before}


RENDERER = """
import queue, sys
from pathlib import Path
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.queue import JobQueue, BakeOrder, Priority
from tilebake.serve.jobs.journal import Journal
jobs = JobQueue(Journal(Path(sys.argv[1])), EventLog())
maps = [f"maps/{number}.json" for number in range(int(sys.argv[2]))]
done = {map_id for map_id in maps if jobs.result_of(map_id) != map_id}
jobs.submit_all([BakeOrder(map_id, map_id, Priority.STALE) for map_id in maps if map_id not in done])
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
