"""Turn the events of a backend into lines for people: each error once, and again only when it changes."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from tilebake.cli.terminal.printing import near
from tilebake.cli.terminal.progress import LINE_INTERVAL
from tilebake.errors import Diagnostic, shown
from tilebake.serve.jobs.status import Event, JobView, MapId, MapView

ERROR: Final = "error: "  # how a line about an error begins


class EventLines:
    """Say what each event is worth saying, in the order in which they come."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started: dict[int, float] = {}  # by job
        self._last_line = 0.0  # when there was last a line about the running bake
        self._errors: dict[MapId, Diagnostic] = {}
        self._notes: dict[MapId, tuple[Diagnostic, ...]] = {}
        self._textures: dict[MapId, str] = {}
        self._counts: Counter[Diagnostic] = Counter()

    @property
    def errors(self) -> tuple[str, ...]:
        """The errors there are now, the latest last, each once: many maps may share one."""
        return tuple(dict.fromkeys(error_text(error, map_id) for map_id, error in self._errors.items()))

    def lines(self, event: Event) -> list[str]:
        """Return the lines about an event; mostly none."""
        lines = [event.notice] if event.notice else []
        if event.map is not None:
            self._textures[event.map.id] = event.map.texture
            lines += self._map_lines(event.map)
        if event.job is not None:
            lines += self._job_lines(event.job)
        return [shown(line) for line in lines]

    def _map_lines(self, view: MapView) -> list[str]:
        before = self._errors.get(view.id)
        if view.diagnostic is None:
            if before is not None and view.state in ("up to date", "gone"):  # till then it may come again
                self._forget(view.id)
            return self._new_notes(view)
        if view.diagnostic == before:
            return []
        if before is not None:
            self._forget(view.id)
        self._errors[view.id] = view.diagnostic
        self._counts[view.diagnostic] += 1
        is_first = self._counts[view.diagnostic] == 1
        return [f"{ERROR}{error_text(view.diagnostic, view.id)}"] if is_first else []

    def _new_notes(self, view: MapView) -> list[str]:
        """Return the notes on a map that it did not have when it was last seen, and no other has."""
        said = {_without_line(note) for notes in self._notes.values() for note in notes}
        self._notes[view.id] = view.notes
        return [f"note: {_near(note)}" for note in view.notes if _without_line(note) not in said]

    def _forget(self, map_id: MapId) -> None:
        error = self._errors.pop(map_id)
        self._counts[error] -= 1
        if not self._counts[error]:
            del self._counts[error]

    def _job_lines(self, job: JobView) -> list[str]:
        now = self._clock()
        if job.state != "running":
            started = self._started.pop(job.id, None)
            if job.state != "done" or started is None:
                return []
            fallbacks = "".join(f"; {each}" for each in job.degraded)
            texture = self._textures.get(job.map_id)
            where = f" as {texture}" if texture else ""
            return [f"{job.map_id}: painted in {now - started:.1f} s{where}{fallbacks}"]
        if job.id not in self._started:
            self._started[job.id] = self._last_line = now
            return [f"{job.map_id}: painting"]
        if now - self._last_line < LINE_INTERVAL:
            return []
        self._last_line = now
        return [f"{job.map_id}: {progress_text(job)}"]


def _without_line(note: Diagnostic) -> Diagnostic:
    """Return a note without its line, which moves with each edit above it."""
    return replace(note, where=replace(note.where, line=None, column=None))


def error_text(diagnostic: Diagnostic, map_id: MapId) -> str:
    """Return a diagnostic on one line; where it names no place, after the map's id."""
    return str(_near(diagnostic)) if str(diagnostic.where) else f"{map_id}: {diagnostic}"


def _near(diagnostic: Diagnostic) -> Diagnostic:
    """Return a diagnostic with its file as one would type it here."""
    where = diagnostic.where
    if where.file is None:
        return diagnostic
    return replace(diagnostic, where=replace(where, file=Path(near(where.file))))


def progress_text(job: JobView) -> str:
    """Write how far a bake is."""
    if not job.steps:
        return "loading"
    left = "" if job.seconds_left is None else f", {job.seconds_left:.0f} s left"
    return f"step {job.step}/{job.steps}{left}"
