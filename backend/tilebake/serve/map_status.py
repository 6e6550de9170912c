"""Emit an event whenever a map's status changes."""

import threading

from tilebake.serve.jobs.event_log import EventLog
from tilebake.serve.jobs.queue import JobQueue
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.jobs.status import JobView, MapId, MapView
from tilebake.serve.project_maps import ProjectMaps, view_of


class MapStatus:
    """Show maps with their jobs, and emit an event when what is shown changes."""

    def __init__(self, maps: ProjectMaps, jobs: JobQueue, events: EventLog) -> None:
        self._maps = maps
        self._jobs = jobs
        self._events = events
        self._lock = threading.Lock()
        self._emitted: dict[MapId, MapView] = {}

    def views(self) -> tuple[MapView, ...]:
        """Return every map, ordered by id."""
        return tuple(view_of(known, self._latest(known.id)) for known in self._maps.all())

    def emit(self, map_id: MapId) -> None:
        """Emit an event if a map's status is not what was emitted last."""
        with self._lock:
            view = self._view(map_id)
            if view == self._emitted.get(map_id):
                return
            self._emitted[map_id] = view
            self._events.emit(map_view=view)
            if view.state == "gone":
                del self._emitted[map_id]

    def _view(self, map_id: MapId) -> MapView:
        try:
            return view_of(self._maps.find(map_id), self._latest(map_id))
        except UnknownIdError:
            return MapView(map_id, "gone")

    def _latest(self, map_id: MapId) -> JobView | None:
        try:
            return self._jobs.latest(map_id)
        except UnknownIdError:
            return None
