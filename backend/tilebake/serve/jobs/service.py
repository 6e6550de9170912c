"""Desk: what the local API may ask of a running backend, and nothing else."""

from collections.abc import Mapping
from typing import Literal, Protocol

from tilebake.errors import ServeError
from tilebake.level.edit.edit_file import EditEntry
from tilebake.request import AttentionQuery
from tilebake.serve.jobs.status import Event, JobView, LookView, MapId, MapView

Urgency = Literal["edited", "asked"]
"""Why a bake is asked for: its map is being edited, or somebody asked; the edited map comes first."""


LookedAt = AttentionQuery | EditEntry
"""What is looked at: where words of a map work, or what an edit would make of it."""


class UnknownIdError(ServeError):
    """There is no such map or job, or nothing of it to show yet."""


class Desk(Protocol):
    """A backend, as seen from outside. Every method may be called from any thread.

    Maps and jobs go by ids, and whoever sits at the desk looks them up among those that it knows: an id is
    never opened as a path. An unknown one raises UnknownIdError; what cannot be done raises a TilebakeError.
    """

    def maps(self) -> tuple[MapView, ...]:
        """Every map of the project."""
        ...

    def submit(self, map_id: MapId, urgency: Urgency) -> JobView:
        """Have a map baked; the job that does it, which may have been waiting already."""
        ...

    def job(self, job_id: int) -> JobView:
        """One job."""
        ...

    def cancel(self, job_id: int) -> JobView:
        """Stop a job between two steps, or before it begins; one that has ended stays as it is."""
        ...

    def events(self, after: int, wait: float) -> tuple[Event, ...]:
        """The events numbered above `after`, oldest first; waits up to `wait` seconds for one."""
        ...

    def preview(self, job_id: int) -> bytes:
        """The picture at the current step, small, as a PNG. Raises UnknownIdError while there is none."""
        ...

    def look(self, map_id: MapId, at: LookedAt) -> LookView:
        """Have a map painted to be looked at; an earlier look at it that is not over is cancelled."""
        ...

    def look_view(self, look_id: int) -> LookView:
        """One look."""
        ...

    def look_picture(self, look_id: int) -> bytes:
        """What there is to see, as a PNG of the map's own size. Raises UnknownIdError while there is none."""
        ...

    def cancel_look(self, look_id: int) -> LookView:
        """Stop a look between two steps, or before it begins; one that has ended stays as it is."""
        ...

    def result(self, map_id: MapId) -> Mapping[str, object]:
        """The record of a map's texture. Raises UnknownIdError while there is none."""
        ...

    def shutdown(self) -> None:
        """Leave: returns at once, and the backend ends after the step at hand."""
        ...
