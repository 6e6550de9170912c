"""Run the backend: watch the maps of a project, bake what is stale, and answer the local API."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import Final, Self

from tilebake.errors import BakeError, TilebakeError, shown
from tilebake.level.formats.part import file_of
from tilebake.level.project import FILE_NAME, find_project
from tilebake.serve.bake.plan import PlannedBake, Planner
from tilebake.serve.bulkhead import Chores, as_error
from tilebake.serve.files.atomic_write import sweep
from tilebake.serve.files.map_walk import PassedOver
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.job_runner import JobRunner
from tilebake.serve.jobs.journal import IN_MEMORY, Journal
from tilebake.serve.jobs.preview_queue import PreviewQueue
from tilebake.serve.jobs.progress_images import ProgressImages
from tilebake.serve.jobs.queue import BakeOrder, JobQueue, Priority
from tilebake.serve.jobs.service import PreviewSubject, UnknownIdError, Urgency
from tilebake.serve.jobs.status import Event, JobView, MapId, MapView, PreviewView
from tilebake.serve.map_status import MapStatus
from tilebake.serve.maps_of_files import MapsOfFiles
from tilebake.serve.owners.ownership import read_record
from tilebake.serve.preview_runner import PreviewRunner
from tilebake.serve.project_maps import ProjectMap, ProjectMaps
from tilebake.serve.setup import Setup
from tilebake.serve.upkeep import Upkeep
from tilebake.serve.watching.fs_events import Mode
from tilebake.serve.watching.snapshot import Changes
from tilebake.serve.watching.watch import watch
from tilebake.serve.worker.supervisor import Supervisor

_log: Final = logging.getLogger(__name__)

LEAVE: Final = 10.0  # seconds; longer, a thread reads what never ends, or 7 GB of a model
WAKE: Final = 0.2  # seconds between two checks whether to stop
UPKEEP: Final = 3.0  # seconds from one upkeep to the next
LOOK: Final = 0.4  # seconds from one look for deleted pictures to the next
CROWD: Final = 10  # maps; if more change at once, nobody is editing them
MAPS_ARE_READ: Final = "maps: "  # how the notice begins that all were, and saves are seen from now on
SETTLED: Final = 1.0  # seconds after which a file that was being saved is complete
PRIORITIES: Final[Mapping[Urgency, Priority]] = {"edited": Priority.EDITED, "asked": Priority.ASKED}


class Backend:
    """Run a backend in threads of its own for the time of a `with` block. It is a BackendService.

    A mistake of our own ends no thread: it is told, and the thread goes on after a pause.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._log = EventLog()
        self._journal = self._open_journal(setup.journal)
        self._jobs = JobQueue(self._journal, self._log)
        self._maps = ProjectMaps(setup.root, setup.options)
        self._files = MapsOfFiles()
        self._map_status = MapStatus(self._maps, self._jobs, self._log)
        self._supervisor = Supervisor(setup.make_painter, setup.cache.folder, setup.limits)
        self._progress_images = ProgressImages(self._supervisor.send_progress_images)
        self._job_runner = JobRunner(self._jobs, self._log, self._supervisor, self._progress_images, setup)
        self._warms_up = setup.warms_up
        self._previews = PreviewQueue()
        self._preview_runner = PreviewRunner(
            self._previews, self._maps, self._jobs, self._supervisor, setup.cache
        )
        self._upkeep = Upkeep(self._maps, self._jobs, self._tell, self._read_stale, self._read_all_again)
        self._queueing = threading.RLock()  # what is read last is queued last
        self._surveyed = threading.Event()
        self._leave = threading.Event()
        self._stop = threading.Event()
        self._chores = Chores(self._tell)
        self._threads = [
            threading.Thread(
                target=self._chores.repeat,
                args=(task, self._stop),
                name=f"backend {task.__name__}",
                daemon=True,
            )
            for task in (self._follow, self._bake, self._keep_up)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._supervisor.close()
        over = time.monotonic() + LEAVE
        for thread in self._threads:
            thread.join(max(0.0, over - time.monotonic()))
        self._log.close()
        if not any(thread.is_alive() for thread in self._threads):  # else the process ends without them
            self._journal.close()

    @property
    def is_leaving(self) -> bool:
        """Return whether somebody asked the backend to end."""
        return self._leave.is_set()

    def maps(self) -> tuple[MapView, ...]:
        return self._map_status.views()

    def submit(self, map_id: MapId, urgency: Urgency) -> JobView:
        with self._queueing:
            planned = self._maps.plan(map_id)
            job = self._jobs.submit(BakeOrder(map_id, planned.digest, PRIORITIES[urgency]))
        self._map_status.emit(map_id)
        return job

    def job(self, job_id: int) -> JobView:
        return self._jobs.job(job_id)

    def jobs(self) -> tuple[JobView, ...]:
        """Return the jobs that run or wait, in their order."""
        return self._jobs.live()

    def cancel(self, job_id: int) -> JobView:
        job = self._jobs.cancel(job_id)
        self._map_status.emit(job.map_id)
        return job

    def events(self, after: int, wait: float) -> tuple[Event, ...]:
        return self._log.after(after, wait)

    def progress_image(self, job_id: int) -> bytes:
        self._jobs.job(job_id)
        return self._progress_images.get(job_id)

    def submit_preview(self, map_id: MapId, subject: PreviewSubject) -> PreviewView:
        return self._previews.submit(self._maps.find(map_id).id, subject)

    def preview(self, preview_id: int) -> PreviewView:
        return self._previews.view(preview_id)

    def preview_image(self, preview_id: int) -> bytes:
        return self._previews.image(preview_id)

    def cancel_preview(self, preview_id: int) -> PreviewView:
        return self._previews.cancel(preview_id)

    def result(self, map_id: MapId) -> Mapping[str, object]:
        png = self._maps.find(map_id).png
        record = None if png is None else read_record(png)
        if record is None:
            raise UnknownIdError(f"there is no record of {map_id} yet")
        return record

    def shutdown(self) -> None:
        self._leave.set()

    def _open_journal(self, path: Path) -> Journal:
        """Open the journal; where none can be kept, one in memory, and a start finds out from the files."""
        try:
            return Journal(path)
        except BakeError as error:
            self._tell(str(error))
            return Journal(IN_MEMORY)

    def _follow(self) -> None:
        """Watch the maps, in a thread of its own."""
        timing, is_first = self._setup.timing, True
        watching = watch(
            self._maps.places, self._stop, timing=timing, on_mode=self._on_mode, on_closed=self._on_closed
        )
        for changes in watching:
            if not self._surveyed.is_set():
                self._survey(changes)
            elif is_first:  # the watch began anew after a mistake, and says what is there, not what is gone
                gone = {file_of(each.path) for each in self._maps.all()} - changes.added
                self._apply_changes(replace(changes, removed=frozenset(gone)))
            else:
                self._apply_changes(changes)
            is_first = False

    def _bake(self) -> None:
        """Run jobs, in a thread of its own."""
        while not self._stop.is_set():
            if self._surveyed.wait(WAKE):
                self._bake_next()

    def _keep_up(self) -> None:
        """Find what no change of a map shows, in a thread of its own."""
        self._chores.run(self._sweep)
        due = 0.0  # by time.monotonic()
        while not self._stop.wait(min(LOOK, UPKEEP)):
            self._progress_images.expire()
            if not self._surveyed.is_set():
                continue
            self._chores.run(self._upkeep.read_bereft)
            if time.monotonic() >= due:
                due = time.monotonic() + UPKEEP
                for chore in self._upkeep.chores:
                    self._chores.run(chore)

    def _sweep(self) -> None:
        sweep(self._setup.root)

    def _survey(self, changes: Changes) -> None:
        """Read all maps at the start; what is stale is baked when nothing is more urgent."""
        known = self._read_and_queue(changes.added, Priority.STALE)
        if self._stop.is_set():  # then that was not all
            return
        for map_id in {job.map_id for job in self._jobs.live()} - {each.id for each in known}:
            self._jobs.withdraw(map_id)
        stale = sum(each.stale is not None for each in known)
        self._log.emit(notice=f"{MAPS_ARE_READ}{len(known)}, of which to be painted: {stale}")
        self._surveyed.set()

    def _apply_changes(self, changes: Changes) -> None:
        """Act on a burst of changes."""
        with self._queueing:
            self._forget(self._files.forget(changes.removed))
            if any(path.name == FILE_NAME for path in changes.added | changes.changed | changes.removed):
                self._log.emit(notice=f"{FILE_NAME} changed: reading all maps again")
                self._read_all_again()
            changed = changes.added | changes.changed | self._maps.readers_of(changes)
            self._read_and_queue(changed, Priority.STALE if len(changed) > CROWD else Priority.EDITED)
            if changes.removed:  # perhaps one of them had taken the place of another's texture
                self._read_stale(each.path for each in self._maps.all() if each.diagnostic)

    def _read_all_again(self) -> None:
        with self._queueing:
            self._maps.forget_lookups()
            self._read_stale(each.path for each in self._maps.all())

    def _read_stale(self, paths: Iterable[Path]) -> None:
        self._read_and_queue(paths, Priority.STALE)

    def _read_and_queue(self, paths: Iterable[Path], priority: Priority) -> tuple[ProjectMap, ...]:
        """Read these files, and queue what has to be baked; return those that are maps."""
        with self._queueing:
            present, gone = self._files.expand(paths)
            self._forget(gone)
            found = [self._maps.read(path) for path in present if not self._stop.is_set()]
            known = tuple(each for each in found if each is not None)
            for each in known:
                if each.diagnostic is None:
                    self._upkeep.rereads.note_success(each.id)
                if each.stale is None:
                    self._jobs.withdraw(each.id)
            self._jobs.submit_all([BakeOrder(each.id, each.digest, priority) for each in known if each.stale])
        for each in known:
            self._map_status.emit(each.id)
        return known

    def _forget(self, paths: Iterable[Path]) -> None:
        """Forget maps that are gone. Their textures stay: they are the user's."""
        gone = [map_id for path in sorted(paths) if (map_id := self._maps.forget(path)) is not None]
        for map_id in gone:
            self._jobs.withdraw(map_id)
            self._map_status.emit(map_id)
        if gone and not self._setup.root.is_dir():
            self._log.emit(notice=f"the project {self._setup.root} is gone: waiting for it to come back")
        elif gone:
            what = gone[0] if len(gone) == 1 else f"{gone[0]} and {len(gone) - 1} more"
            self._log.emit(notice=f"removed: {what}; textures stay where they are")

    def _bake_next(self) -> None:
        try:
            job = self._jobs.take(WAKE)
        except Empty:
            self._supervisor.end_unstopped()
            self._preview_runner.run_next()
            self._warm_up()
            return
        self._map_status.emit(job.map_id)
        try:
            self._run_job(job)
        except UnknownIdError:
            self._jobs.withdraw(job.map_id)
        except Exception as error:
            self._jobs.fail(job.id, as_error(error))
        self._map_status.emit(job.map_id)

    def _warm_up(self) -> None:
        """Load the project's model once, while nothing waits, if it is small: the first bake comes sooner."""
        if not self._warms_up:
            return
        self._warms_up = False
        try:
            project, planner = find_project(self._setup.root), Planner(self._setup.options)
            source, digest = planner.plain_model(project)
            if source.kind == "embedded":  # another may take all memory
                told = partial(self._tell, f"loading the model {source.reference} ...")
                self._supervisor.warm_up(source, digest, planner.loras(project), told)
        except TilebakeError as error:  # a bake will tell it
            _log.debug("the model is not loaded before its time: %s", error)

    def _run_job(self, job: JobView) -> None:
        planned = self._plan(job.map_id)
        if planned.digest != job.digest:  # saved again since; the watch will come to it
            self._jobs.submit(BakeOrder(job.map_id, planned.digest, Priority.EDITED))
            return
        self._setup.hold(planned.root)  # that of a project within this one may be another's
        if self._job_runner.run(job, planned):
            self._maps.mark_baked(job.map_id, planned.request)
            self._upkeep.rebakes.note_success(job.map_id)

    def _plan(self, map_id: MapId) -> PlannedBake:
        """Plan a map as it is now. Raises TilebakeError if that still fails a moment later."""
        try:
            return self._maps.plan(map_id)
        except TilebakeError:  # perhaps it is being saved just now
            self._stop.wait(SETTLED)
            return self._maps.plan(map_id)

    def _tell(self, notice: str) -> None:
        self._log.emit(notice=notice)

    def _on_closed(self, folder: PassedOver) -> None:
        self._tell(f"{shown(folder.path)}: {folder.why}; what is in it stays as it is")

    def _on_mode(self, mode: Mode) -> None:
        if mode.kind == "polling":
            self._tell(f"changes are found by polling every few seconds: {mode.reason}")
