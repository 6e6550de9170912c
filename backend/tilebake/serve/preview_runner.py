"""The looker: brings looks to their ends, in the worker, while no bake waits."""

from tilebake.errors import BakeError, TilebakeError
from tilebake.request import AttentionQuery, Step
from tilebake.serve.bake.texture_cache import Cache, MissingError
from tilebake.serve.files.png import png_bytes
from tilebake.serve.jobs.preview_queue import Look, Looks
from tilebake.serve.jobs.queue import Jobs
from tilebake.serve.project_maps import Maps
from tilebake.serve.worker.supervisor import BakeCancelledError, Foreman


class Looker:
    """Paints what somebody wants to see. A bake that comes meanwhile goes first, and the look begins anew."""

    def __init__(self, looks: Looks, maps: Maps, jobs: Jobs, foreman: Foreman, cache: Cache) -> None:
        self._looks = looks
        self._maps = maps
        self._jobs = jobs
        self._foreman = foreman
        self._cache = cache

    def end_next(self) -> None:
        """The look that waits longest, if one does and no bake waits."""
        if self._jobs.is_waiting() or (look := self._looks.take()) is None:
            return
        look_id = look.view.id
        try:
            png = self._seen(look)
        except BakeCancelledError:
            self._looks.put_back(look_id)
        except TilebakeError as error:
            self._looks.fail(look_id, error)
        else:
            self._looks.finish(look_id, png)

    def _seen(self, look: Look) -> bytes:
        """A PNG file. Raises TilebakeError and BakeCancelledError."""
        look_id, at = look.view.id, look.at
        planned = self._maps.trial(look.view.map_id, None if isinstance(at, AttentionQuery) else at)

        def cancelled() -> bool:
            return not self._looks.wanted(look_id) or self._jobs.is_waiting()

        def on_progress(step: Step) -> None:
            self._looks.progress(look_id, step)

        if isinstance(at, AttentionQuery):
            return self._foreman.look(
                planned.request, planned.source, at, on_progress=on_progress, cancelled=cancelled
            )
        result = self._foreman.bake(
            planned.request,
            planned.source,
            on_progress=on_progress,
            on_preview=lambda _png: None,
            cancelled=cancelled,
        )
        try:
            return png_bytes(self._cache.get(result).image)
        except MissingError as error:
            raise BakeError("the cache lost the picture", hint="look again") from error
