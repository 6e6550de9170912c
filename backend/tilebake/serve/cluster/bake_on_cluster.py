"""Paint many maps by the workers of a cluster; this process alone plans and publishes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Final

from tilebake.errors import TilebakeError
from tilebake.level.canvas import in_windows
from tilebake.request import Baker, Step
from tilebake.serve.bake.batch import Around, Baked, Failed, Hold, Started
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.bulkhead import bulkhead
from tilebake.serve.cluster.dispatcher import Dispatcher
from tilebake.serve.cluster.unit_count import UnitCount
from tilebake.serve.pages.make_picture import MadePicture, make_picture

PAGES_AHEAD: Final = 2  # pages of large maps in work at least: while one is written, the next is painted
WORKERS_A_PAGE: Final = 16  # that one more page in work, of some sixty units, keeps busy
AHEAD: Final = 2  # maps a worker in work: while one is published, the next is painted
TURN: Final = 0.2  # seconds between two checks whether to go on


@dataclass(frozen=True)
class ClusterBake:
    """Paint jobs by a dispatcher's workers: what is put around a painter, and who keeps others out.

    With `shares_worlds` a map in windows is painted by all of them that see each other's windows.
    """

    dispatcher: Dispatcher
    workers: int
    around: Around
    hold: Hold
    check: Callable[[], None]  # raises to end the bake
    force: bool
    shares_worlds: bool = False
    units: UnitCount = field(default_factory=UnitCount)

    def bake(self, jobs: Sequence[PlannedBake]) -> Iterator[Started | Baked | Failed]:
        """Paint and publish all jobs, and yield what happens. None stops another."""
        threads = ThreadPoolExecutor(AHEAD * self.workers, thread_name_prefix="publish")
        pages = ThreadPoolExecutor(PAGES_AHEAD + self.workers // WORKERS_A_PAGE, thread_name_prefix="page")
        work = _Work(iter(enumerate(jobs, start=1)), len(jobs))
        try:
            while True:
                yield from self._begin(work, threads, pages)
                if not work.running:
                    return
                self.dispatcher.turn(TURN)
                self.check()
                yield from _finish(work)
        finally:
            self.dispatcher.close()
            pages.shutdown(wait=True, cancel_futures=True)
            threads.shutdown(wait=True, cancel_futures=True)

    def _begin(
        self, work: "_Work", threads: ThreadPoolExecutor, pages: ThreadPoolExecutor
    ) -> Iterator[Started | Failed]:
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
                made = threads.submit(self._make, job, pages)
                work.running[made] = job
                made.add_done_callback(work.done.put)

    def _make(self, job: PlannedBake, pages: ThreadPoolExecutor) -> MadePicture | None:
        with bulkhead(job.map_path):
            baker = self.around(self._baker_of(job))
            return make_picture(baker, job, _ignore, force=self.force, paint_each=pages.map)

    def _baker_of(self, job: PlannedBake) -> Baker:
        if not (self.shares_worlds and in_windows(job.request.tilemap, job.request.settings)):
            return self.dispatcher.baker_of(job.source)
        from tilebake.serve.cluster.one_world import OneWorld  # NumPy, for large maps alone

        return OneWorld(self.dispatcher, job.request, job.source, self.units).bake


@dataclass(eq=False)
class _Work:
    """Hold which jobs are left, and which are painted or published now."""

    left: Iterator[tuple[int, PlannedBake]]
    total: int
    running: dict[Future[MadePicture | None], PlannedBake] = field(
        default_factory=dict[Future[MadePicture | None], PlannedBake]
    )
    done: SimpleQueue[Future[MadePicture | None]] = field(
        default_factory=SimpleQueue[Future[MadePicture | None]]
    )


def _finish(work: _Work) -> Iterator[Baked | Failed]:
    while not work.done.empty():
        future = work.done.get()
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
