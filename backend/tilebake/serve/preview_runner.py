"""Run preview jobs in the worker while no bake is queued."""

from tilebake.errors import BakeError
from tilebake.request import AttentionQuery, Step
from tilebake.serve.bake.texture_cache import Cache, MissingError
from tilebake.serve.bulkhead import as_error
from tilebake.serve.files.png import png_bytes
from tilebake.serve.jobs.preview_queue import PreviewJob, PreviewQueue
from tilebake.serve.jobs.queue import JobQueue
from tilebake.serve.project_maps import ProjectMaps
from tilebake.serve.worker.supervisor import BakeCancelledError, Supervisor


class PreviewRunner:
    """Paint previews. A bake that comes meanwhile goes first, and the preview begins anew."""

    def __init__(
        self, previews: PreviewQueue, maps: ProjectMaps, jobs: JobQueue, supervisor: Supervisor, cache: Cache
    ) -> None:
        self._previews = previews
        self._maps = maps
        self._jobs = jobs
        self._supervisor = supervisor
        self._cache = cache

    def run_next(self) -> None:
        """Paint the preview that waits longest, if one does and no bake waits."""
        if self._jobs.is_waiting() or (job := self._previews.take()) is None:
            return
        preview_id = job.view.id
        try:
            png = self._paint(job)
        except BakeCancelledError:
            self._previews.put_back(preview_id)
        except Exception as error:
            self._previews.fail(preview_id, as_error(error))
        else:
            self._previews.finish(preview_id, png)

    def _paint(self, job: PreviewJob) -> bytes:
        """Return a PNG file. Raises TilebakeError and BakeCancelledError."""
        preview_id, subject = job.view.id, job.subject
        edit = None if isinstance(subject, AttentionQuery) else subject
        planned = self._maps.plan_trial(job.view.map_id, edit)

        def cancelled() -> bool:
            return not self._previews.is_wanted(preview_id) or self._jobs.is_waiting()

        def on_progress(step: Step) -> None:
            self._previews.progress(preview_id, step)

        if isinstance(subject, AttentionQuery):
            return self._supervisor.render_attention(
                planned.request, planned.source, subject, on_progress=on_progress, cancelled=cancelled
            )
        done = self._supervisor.bake(
            planned.request,
            planned.source,
            on_progress=on_progress,
            on_progress_image=lambda _png: None,
            cancelled=cancelled,
        )
        try:
            texture = self._cache.get(done.result) if done.texture is None else done.texture
        except MissingError as error:
            raise BakeError(
                "the preview is missing from the texture cache", hint="ask for it again"
            ) from error
        return png_bytes(texture.image)
