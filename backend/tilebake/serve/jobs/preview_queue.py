"""Hold the previews that editors asked for, in memory only; older ones are forgotten.

A map has one waiting or running preview at most: a newer one cancels it.
"""

import itertools
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tilebake.errors import TilebakeError
from tilebake.request import AttentionQuery, Step
from tilebake.serve.jobs.service import PreviewSubject, UnknownIdError
from tilebake.serve.jobs.status import MapId, PreviewView

KEPT: Final = 200  # previews, the latest
KEPT_IMAGES: Final = 6  # of which so many with their images
_LIVE: Final = ("waiting", "running")


class PreviewJob(NamedTuple):
    """Describe a preview that was asked for."""

    view: PreviewView
    subject: PreviewSubject


class PreviewQueue:
    """Queue previews, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._jobs: OrderedDict[int, PreviewJob] = OrderedDict()
        self._images: OrderedDict[int, bytes] = OrderedDict()  # PNG files

    def submit(self, map_id: MapId, subject: PreviewSubject) -> PreviewView:
        """Queue a preview, and cancel an earlier one of this map that is not over."""
        with self._lock:
            for job in [*self._jobs.values()]:
                if job.view.map_id == map_id and job.view.state in _LIVE:
                    self._update(job.view, state="cancelled")
            kind = "attention" if isinstance(subject, AttentionQuery) else "edit"
            view = PreviewView(next(self._numbers), map_id, kind, "waiting")
            self._jobs[view.id] = PreviewJob(view, subject)
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
            return view

    def take(self) -> PreviewJob | None:
        """Begin the oldest preview that waits; None where none does."""
        with self._lock:
            waiting = (job for job in self._jobs.values() if job.view.state == "waiting")
            job = next(waiting, None)
            return None if job is None else job._replace(view=self._update(job.view, state="running"))

    def is_wanted(self, preview_id: int) -> bool:
        """Tell whether a preview that was begun is still to be finished."""
        with self._lock:
            return self._running(preview_id) is not None

    def put_back(self, preview_id: int) -> None:
        """Let a preview that was begun wait again, and begin anew later, so that a bake can go first."""
        with self._lock:
            if (view := self._running(preview_id)) is not None:
                self._update(view, state="waiting", step=0, steps=0)

    def progress(self, preview_id: int, step: Step) -> None:
        """Record that a running preview has done a step."""
        with self._lock:
            if (view := self._running(preview_id)) is not None:
                self._update(view, step=step.step, steps=step.steps)

    def finish(self, preview_id: int, png: bytes) -> None:
        """Keep the image of a preview, which is done."""
        with self._lock:
            if (view := self._running(preview_id)) is not None:
                self._update(view, state="done")
                self._images[preview_id] = png
                while len(self._images) > KEPT_IMAGES:
                    self._images.popitem(last=False)

    def fail(self, preview_id: int, error: TilebakeError) -> None:
        """Record that a preview cannot be painted, and why."""
        with self._lock:
            if (view := self._running(preview_id)) is not None:
                self._update(view, state="failed", diagnostic=error.diagnostic)

    def cancel(self, preview_id: int) -> PreviewView:
        """End a preview that waits or runs; one that is over stays as it is. Raises UnknownIdError."""
        with self._lock:
            view = self._known(preview_id)
            return self._update(view, state="cancelled") if view.state in _LIVE else view

    def view(self, preview_id: int) -> PreviewView:
        """Return the state of a preview. Raises UnknownIdError."""
        with self._lock:
            return self._known(preview_id)

    def image(self, preview_id: int) -> bytes:
        """Return the PNG file of a preview. Raises UnknownIdError where there is none."""
        with self._lock:
            view = self._known(preview_id)
            if preview_id not in self._images:
                when = "any more: ask for a new preview" if view.state == "done" else "yet"
                raise UnknownIdError(f"there is no image of preview {preview_id} {when}")
            return self._images[preview_id]

    def _known(self, preview_id: int) -> PreviewView:
        try:
            return self._jobs[preview_id].view
        except KeyError:
            raise UnknownIdError(f"there is no preview {preview_id}") from None

    def _running(self, preview_id: int) -> PreviewView | None:
        job = self._jobs.get(preview_id)
        return job.view if job is not None and job.view.state == "running" else None

    def _update(self, view: PreviewView, **changes: Any) -> PreviewView:
        changed = replace(view, **changes)
        self._jobs[view.id] = self._jobs[view.id]._replace(view=changed)
        return changed
