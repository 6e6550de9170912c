"""Telling: the events of a backend as lines for people, each mistake once and again only when it changes."""

import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tilebake.errors import Diagnostic
    from tilebake.serve.jobs.status import Event, JobView, MapId, MapView

ERROR: Final = "error: "  # how a line about a mistake begins
QUIET: Final = 30.0  # seconds between two lines about one bake


class Telling:
    """What to say of each event, in their order."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: dict[int, float] = {}
        self._told = 0.0  # when the bake at hand was last spoken of
        self._mistakes: dict[MapId, Diagnostic] = {}
        self._counts: Counter[Diagnostic] = Counter()

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Those that there are now, the latest last. Many maps may have one in common."""
        return tuple(dict.fromkeys(written(mistake, map_id) for map_id, mistake in self._mistakes.items()))

    def lines(self, event: "Event") -> list[str]:
        """What an event is worth saying; mostly nothing."""
        told = [event.notice] if event.notice else []
        if event.map is not None:
            told += self._map(event.map)
        if event.job is not None:
            told += self._job(event.job)
        return told

    def _map(self, view: "MapView") -> list[str]:
        before = self._mistakes.get(view.id)
        if view.diagnostic is None:
            if before is not None and view.state in ("up to date", "gone"):  # it may come again till then
                self._forget(view.id)
            return []
        if view.diagnostic == before:
            return []
        if before is not None:
            self._forget(view.id)
        self._mistakes[view.id] = view.diagnostic
        self._counts[view.diagnostic] += 1
        is_first = self._counts[view.diagnostic] == 1
        return [f"{ERROR}{written(view.diagnostic, view.id)}"] if is_first else []

    def _forget(self, map_id: "MapId") -> None:
        mistake = self._mistakes.pop(map_id)
        self._counts[mistake] -= 1
        if not self._counts[mistake]:
            del self._counts[mistake]

    def _job(self, job: "JobView") -> list[str]:
        now = self._clock()
        if job.state != "running":
            began = self._began.pop(job.id, None)
            if job.state != "done" or began is None:
                return []
            losses = "".join(f"; {loss}" for loss in job.degraded)
            return [f"{job.map_id}: painted in {now - began:.1f} s{losses}"]
        if job.id not in self._began:
            self._began[job.id] = self._told = now
            return [f"{job.map_id}: painting"]
        if now - self._told < QUIET:
            return []
        self._told = now
        return [f"{job.map_id}: {progress(job)}"]


def written(diagnostic: "Diagnostic", map_id: "MapId") -> str:
    """Return a diagnostic on one line; where it names no place, after the map's id."""
    return str(diagnostic) if str(diagnostic.where) else f"{map_id}: {diagnostic}"


def progress(job: "JobView") -> str:
    """How far a bake is."""
    if not job.steps:
        return "loading"
    left = "" if job.seconds_left is None else f", {job.seconds_left:.0f} s left"
    return f"step {job.step}/{job.steps}{left}"
