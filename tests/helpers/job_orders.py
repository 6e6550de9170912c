"""Orders for the queue."""

from tilebake.errors import BakeError
from tilebake.serve.jobs.queue import BakeOrder, JobQueue, Priority
from tilebake.serve.jobs.status import JobView

EDITED, ASKED, STALE = Priority.EDITED, Priority.ASKED, Priority.STALE
DIED = BakeError("the worker process was killed by SIGKILL", hint="close other programs")


def order(map_id: str, digest: str = "d", priority: Priority = STALE) -> BakeOrder:
    return BakeOrder(map_id, digest, priority)


def taken(jobs: JobQueue) -> JobView:
    return jobs.take(0)


def drained(jobs: JobQueue) -> list[str]:
    """The maps in the order in which they are taken."""
    maps: list[str] = []
    while jobs.live():
        job = taken(jobs)
        maps.append(job.map_id)
        jobs.finish(job.id, job.digest)
    return maps
