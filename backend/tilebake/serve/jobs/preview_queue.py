"""Looks: what somebody wants to see of a map without its being published. In memory only, and never for long.

A map has one waiting or running look at most: a newer one cancels it.
"""

import itertools
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tilebake.errors import TilebakeError
from tilebake.request import AttentionQuery, Step
from tilebake.serve.jobs.queue import as_mistake
from tilebake.serve.jobs.service import LookedAt, UnknownIdError
from tilebake.serve.jobs.status import LookView, MapId

KEPT: Final = 200  # looks, the latest
KEPT_PICTURES: Final = 6  # of which so many with their pictures
LIVE: Final = ("waiting", "running")


class Look(NamedTuple):
    """A look that was asked for."""

    view: LookView
    at: LookedAt


class Looks:
    """The queue of looks, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._looks: OrderedDict[int, Look] = OrderedDict()
        self._pictures: OrderedDict[int, bytes] = OrderedDict()  # PNG files

    def submit(self, map_id: MapId, at: LookedAt) -> LookView:
        """Ask for a look. An earlier one at this map that is not over is cancelled."""
        with self._lock:
            for look in [*self._looks.values()]:
                if look.view.map_id == map_id and look.view.state in LIVE:
                    self._put(look.view, state="cancelled")
            kind = "attention" if isinstance(at, AttentionQuery) else "edit"
            look = Look(LookView(next(self._numbers), map_id, kind, "waiting"), at)
            self._looks[look.view.id] = look
            while len(self._looks) > KEPT:
                self._looks.popitem(last=False)
            return look.view

    def take(self) -> Look | None:
        """Begin the oldest look that waits; None where none does."""
        with self._lock:
            waiting = (look for look in self._looks.values() if look.view.state == "waiting")
            look = next(waiting, None)
            return None if look is None else look._replace(view=self._put(look.view, state="running"))

    def wanted(self, look_id: int) -> bool:
        """Whether a look that was begun is still to be finished."""
        with self._lock:
            return self._running(look_id) is not None

    def put_back(self, look_id: int) -> None:
        """A look that was begun makes room for a bake: it waits again, and begins anew."""
        with self._lock:
            if (view := self._running(look_id)) is not None:
                self._put(view, state="waiting", step=0, steps=0)

    def progress(self, look_id: int, step: Step) -> None:
        """A look that was begun has done a step."""
        with self._lock:
            if (view := self._running(look_id)) is not None:
                self._put(view, step=step.step, steps=step.steps)

    def finish(self, look_id: int, png: bytes) -> None:
        """There is something to see."""
        with self._lock:
            if (view := self._running(look_id)) is not None:
                self._put(view, state="done")
                self._pictures[look_id] = png
                while len(self._pictures) > KEPT_PICTURES:
                    self._pictures.popitem(last=False)

    def fail(self, look_id: int, error: TilebakeError) -> None:
        """A look cannot be had."""
        with self._lock:
            if (view := self._running(look_id)) is not None:
                self._put(view, state="failed", mistake=as_mistake(error))

    def cancel(self, look_id: int) -> LookView:
        """End a look that waits or runs; one that is over stays as it is. Raises UnknownIdError."""
        with self._lock:
            view = self._known(look_id)
            return self._put(view, state="cancelled") if view.state in LIVE else view

    def view(self, look_id: int) -> LookView:
        """A look as it stands. Raises UnknownIdError."""
        with self._lock:
            return self._known(look_id)

    def picture(self, look_id: int) -> bytes:
        """What there is to see, as a PNG file. Raises UnknownIdError where there is nothing, or no longer."""
        with self._lock:
            view = self._known(look_id)
            if look_id not in self._pictures:
                when = "any more: look again" if view.state == "done" else "yet"
                raise UnknownIdError(f"there is no picture of look {look_id} {when}")
            return self._pictures[look_id]

    def _known(self, look_id: int) -> LookView:
        try:
            return self._looks[look_id].view
        except KeyError:
            raise UnknownIdError(f"there is no look {look_id}") from None

    def _running(self, look_id: int) -> LookView | None:
        look = self._looks.get(look_id)
        return look.view if look is not None and look.view.state == "running" else None

    def _put(self, view: LookView, **changes: Any) -> LookView:
        changed = replace(view, **changes)
        self._looks[view.id] = self._looks[view.id]._replace(view=changed)
        return changed
