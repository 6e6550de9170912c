"""Run one job: take its texture from the cache or the worker, and publish it."""

import logging
from functools import partial
from typing import Final

from tilebake.errors import BakeError
from tilebake.level.canvas import in_windows
from tilebake.request import Baker, BakeRequest, OnStep
from tilebake.serve.bake.plan import PlannedBake
from tilebake.serve.bake.texture_cache import FROM_STORE, MissingError, result_digest
from tilebake.serve.bake.why_stale import TILES_CHANGED
from tilebake.serve.bulkhead import as_error
from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.page_images import PageImages
from tilebake.serve.jobs.progress_images import ProgressImages
from tilebake.serve.jobs.queue import JobQueue
from tilebake.serve.jobs.status import JobView
from tilebake.serve.owners.closed_places import refuse_closed_place
from tilebake.serve.pages.make_picture import make_picture
from tilebake.serve.pages.page_jobs import has_pages
from tilebake.serve.setup import Setup
from tilebake.serve.speeds import work_of
from tilebake.serve.windows.spell_patches import spell_patches
from tilebake.serve.worker.supervisor import BakeCancelledError, Supervisor, WorkerDiedError
from tilebake.texture import Texture

LONG: Final = 8.0  # seconds of painting, from which on a sketch is worth its time
LONG_WORK: Final = (
    6_000_000  # pixels to denoise, where this machine's speed is not known: as long on two cores
)
_log: Final = logging.getLogger(__name__)


class JobRunner:
    """Run jobs that were started. A texture that nobody wants any more is not published."""

    def __init__(
        self,
        jobs: JobQueue,
        events: EventLog,
        supervisor: Supervisor,
        progress_images: ProgressImages,
        setup: Setup,
    ) -> None:
        self._jobs = jobs
        self._events = events
        self._supervisor = supervisor
        self._cache = setup.cache
        self._share = setup.share(lambda text: events.emit(notice=text))
        self._progress_images = progress_images
        self._speeds = setup.speeds
        self._refusal = ""  # what the cache said last

    def run(self, job: JobView, planned: PlannedBake) -> bool:
        """Run a job; return True if its texture was published, else the job records why not."""
        try:
            refuse_closed_place(planned.png, planned.root)  # told now, not after minutes of painting
            images = PageImages(planned.request.shown) if has_pages(planned.request) else None
            baker: Baker = partial(self._texture, job, planned, images)
            if images is not None:
                baker = images.put_textures_of(baker)
            report = partial(self._jobs.progress, job.id)
            made = make_picture(baker, planned, report, is_wanted=lambda: self._jobs.begin_publishing(job.id))
            if made is None:
                return False
            same = "" if made.is_new else " (same pixels)"
            _log.info("%s: published %s%s", job.map_id, planned.png, same)
        except BakeCancelledError:
            return False
        except WorkerDiedError as error:
            self._events.emit(notice=f"{job.map_id}: {error.what}")
            self._jobs.retry_or_set_aside(job.id, error)
            return False
        except Exception as error:
            self._jobs.fail(job.id, as_error(error, planned.map_path))
            return False
        if planned.request.anchor is not None:
            self._events.emit(
                notice=f"{job.map_id}: {spell_patches(planned.request, planned.request.anchor)}"
            )
        self._jobs.finish(job.id, result_digest(made.texture), made.texture.degraded)
        return True

    def _texture(
        self,
        job: JobView,
        planned: PlannedBake,
        images: PageImages | None,
        request: BakeRequest,
        on_step: OnStep,
    ) -> Texture:
        """Return the texture of a job's picture, or of a page of it, whose progress is joined to `images`."""
        try:
            return self._cache.find(self._jobs.result_of(request.digest()), request, checks_pixels=False)
        except MissingError:
            texture = self._share(partial(self._paint, job, planned, images))(request, on_step)
        if FROM_STORE in texture.timings:
            try:
                self._cache.put(texture)
            except BakeError as error:
                self._tell_refusal(error.what)
        return texture

    def _paint(
        self,
        job: JobView,
        planned: PlannedBake,
        images: PageImages | None,
        request: BakeRequest,
        on_step: OnStep,
    ) -> Texture:
        """Have the worker paint, and take the texture out of the cache."""

        def show(png: bytes) -> None:
            whole = png if images is None else images.with_progress(png, request.shown)
            self._show(job, whole, is_sketch=False)

        show_sketch = partial(self._show, job, is_sketch=True)
        done = self._supervisor.bake(
            request,
            planned.source,
            on_progress=on_step,
            on_progress_image=show,
            on_sketch=show_sketch if self._has_sketch(job, planned) else None,
            cancelled=lambda: not self._jobs.is_wanted(job.id),
            on_loading=partial(self._tell_loading, request.model),
        )
        self._tell_refusal(done.refusal)
        try:
            texture = done.texture or self._cache.get(done.result, checks_pixels=False)
        except MissingError as error:
            what = "the texture is missing from the cache, and cannot be published"
            raise BakeError(what, hint="bake again") from error
        if done.speed is not None:
            self._speeds.learn(done.speed)
        return texture

    def _has_sketch(self, job: JobView, planned: PlannedBake) -> bool:
        """Tell whether somebody may wait for a picture that takes a while.

        Of a map in windows whose tiles alone changed, most windows are there already.
        """
        request = planned.request
        is_large = in_windows(request.tilemap, request.settings)
        if has_pages(request):  # of which no page would be the sketch of all
            return False
        has_most = request.anchor is not None or (is_large and planned.stale == TILES_CHANGED)
        if has_most or not self._jobs.is_urgent(job.id):
            return False
        work, speed = work_of(planned.request), self._speeds.find(planned.request)
        return work.denoised >= LONG_WORK if speed is None else speed.seconds(work) >= LONG

    def _show(self, job: JobView, png: bytes, *, is_sketch: bool) -> None:
        self._progress_images.put(job.id, png)
        self._jobs.show_image(job.id, is_sketch=is_sketch)

    def _tell_loading(self, model: str) -> None:
        """Tell that a model is loaded, for that takes long, and nothing is painted meanwhile."""
        self._events.emit(notice=f"loading the model {model} ...")

    def _tell_refusal(self, refusal: str) -> None:
        """Tell once that the cache cannot be written: pictures are published, but a kill loses more."""
        if refusal and refusal != self._refusal:
            self._events.emit(notice=f"what is painted is not kept in {self._cache.folder}: {refusal}")
        self._refusal = refusal
