"""BackendService: what the local API may ask of a running backend, and nothing else."""

from collections.abc import Mapping
from typing import Literal, Protocol

from tilebake.errors import ServeError
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.request import AttentionQuery
from tilebake.serve.jobs.status import Event, JobView, MapId, MapView, PreviewView

Urgency = Literal["edited", "asked"]
"""Why a bake is asked for: its map is being edited, or somebody asked; the edited map comes first."""


PreviewSubject = AttentionQuery | EditEntry
"""What is previewed: where words of a map work, or what an edit would make of it."""


class UnknownIdError(ServeError):
    """There is no such map or job, or nothing of it to show yet."""


class BackendService(Protocol):
    """A backend, as seen from outside. Every method may be called from any thread.

    Maps and jobs go by ids, and whoever sits at the service looks them up among those that it knows: an id is
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
        """Return the events numbered above `after`, oldest first; wait up to `wait` seconds for one."""
        ...

    def progress_image(self, job_id: int) -> bytes:
        """Return the small picture of the current step, a PNG. Raises UnknownIdError while there is none."""
        ...

    def submit_preview(self, map_id: MapId, subject: PreviewSubject) -> PreviewView:
        """Queue a preview of a map, and cancel an earlier one of it that is not over."""
        ...

    def preview(self, preview_id: int) -> PreviewView:
        """Return one preview."""
        ...

    def preview_image(self, preview_id: int) -> bytes:
        """Return its image, a PNG of the map's own size. Raises UnknownIdError while there is none."""
        ...

    def cancel_preview(self, preview_id: int) -> PreviewView:
        """Stop a preview between two steps, or before it begins; one that has ended stays as it is."""
        ...

    def result(self, map_id: MapId) -> Mapping[str, object]:
        """Return the record of a map's texture. Raises UnknownIdError while there is none."""
        ...

    def shutdown(self) -> None:
        """Leave: returns at once, and the backend ends after the step at hand."""
        ...
