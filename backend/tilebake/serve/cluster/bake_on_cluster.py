"""Paint many maps by the workers of a cluster; this process alone plans and publishes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final

from tilebake.errors import TilebakeError
from tilebake.request import Step
from tilebake.serve.bake.batch import Around, Baked, Failed, Hold, Started
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.bulkhead import bulkhead
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.pages.make_picture import MadePicture, make_picture

AHEAD: Final = 2  # maps a worker in work: while one is published, the next is painted
TURN: Final = 0.2  # seconds between two checks whether to go on


@dataclass(frozen=True)
class ClusterBake:
    """Paint jobs by a dispatcher's workers: what is put around a painter, and who keeps others out."""

    dispatcher: Dispatcher
    workers: int
    around: Around
    hold: Hold
    check: Callable[[], None]  # raises to end the bake
    force: bool

    def bake(self, jobs: Sequence[PlannedBake]) -> Iterator[Started | Baked | Failed]:
        """Paint and publish all jobs, and yield what happens. None stops another."""
        threads = ThreadPoolExecutor(AHEAD * self.workers, thread_name_prefix="publish")
        work = _Work(iter(enumerate(jobs, start=1)), len(jobs))
        try:
            while True:
                yield from self._begin(work, threads)
                if not work.running:
                    return
                self.dispatcher.turn(TURN)
                self.check()
                yield from _finish(work)
        finally:
            self.dispatcher.close()
            threads.shutdown(wait=True, cancel_futures=True)

    def _begin(self, work: "_Work", threads: ThreadPoolExecutor) -> Iterator[Started | Failed]:
        """Begin as many jobs as there are threads."""
        while len(work.running) < AHEAD * self.workers:
            index, job = next(work.left, (0, None))
            if job is None:
                return
            yield Started(job, index, work.total)
            try:
                with bulkhead(job.map_path):
                    self.hold(job)
            except TilebakeError as error:
                yield Failed(job.map_path, error)
            else:
                work.running[threads.submit(self._make, job)] = job

    def _make(self, job: PlannedBake) -> MadePicture | None:
        with bulkhead(job.map_path):
            baker = self.around(self.dispatcher.baker_of(job.source))
            return make_picture(baker, job, _ignore, force=self.force)


@dataclass(eq=False)
class _Work:
    """Hold which jobs are left, and which are painted or published now."""

    left: Iterator[tuple[int, PlannedBake]]
    total: int
    running: dict[Future[MadePicture | None], PlannedBake] = field(
        default_factory=dict[Future[MadePicture | None], PlannedBake]
    )


def _finish(work: _Work) -> Iterator[Baked | Failed]:
    done, _ = wait(work.running, timeout=0, return_when=FIRST_COMPLETED)
    for future in done:
        job = work.running.pop(future)
        try:
            made = future.result()
        except TilebakeError as error:
            yield Failed(job.map_path, error)
        else:
            if made is not None:
                yield Baked(job, *made)


def _ignore(_step: Step) -> None:
    """Do nothing after a step: workers report that they live, and the driver counts maps."""
