"""Describe maps, jobs and events of a running backend: for the local API, the terminal and `--json`."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import PlainSerializer, WithJsonSchema

from tilebake.errors import Diagnostic

MapId = str
"""A map's path under the project's root, with forward slashes: `levels/forest.json`."""

PreviewState = Literal["waiting", "running", "done", "failed", "cancelled"]
PreviewKind = Literal["attention", "edit"]
JobState = Literal["waiting", "running", "done", "failed", "cancelled", "superseded", "set aside"]
MapState = Literal["up to date", "stale", "waiting", "baking", "failed", "gone"]


ShownDiagnostic = Annotated[
    Diagnostic,
    PlainSerializer(Diagnostic.as_json),
    WithJsonSchema(
        {
            "title": "Diagnostic",
            "type": "object",
            "properties": {
                "what": {"type": "string"},
                "where": {"type": "string", "description": "file:line:column: $.json.path"},
                "hint": {"type": "string", "description": "What to do about it"},
            },
            "required": ["what", "where", "hint"],
        }
    ),
]
"""A diagnostic in the form that JSON gives it."""


@dataclass(frozen=True, slots=True)  # thousands are kept
class JobView:
    """Describe one bake of one map. Times are seconds since the epoch, for people to read."""

    id: int
    map_id: MapId
    digest: str  # the request's
    state: JobState
    step: int = 0
    steps: int = 0
    seconds_left: float | None = None  # an estimate, once there is one
    submitted: float = 0.0
    ended: float | None = None
    attempts: int = 0
    degraded: tuple[str, ...] = ()
    diagnostic: ShownDiagnostic | None = None
    shows_sketch: bool = False  # its progress image is a sketch: the whole map in small tiles and few steps


@dataclass(frozen=True, slots=True)  # thousands are kept
class PreviewView:
    """Describe a preview of one map, which is painted to be looked at and never published."""

    id: int
    map_id: MapId
    kind: PreviewKind
    state: PreviewState
    step: int = 0
    steps: int = 0
    diagnostic: ShownDiagnostic | None = None


@dataclass(frozen=True, slots=True)  # thousands are kept
class MapView:
    """Describe one map of the project."""

    id: MapId
    state: MapState
    job_id: int | None = None
    reason: str = ""  # why it is stale
    diagnostic: ShownDiagnostic | None = None
    texture: str = ""  # its picture's path under the project's root; empty where that is unknown or elsewhere
    notes: tuple[ShownDiagnostic, ...] = ()  # what its author should know, though it is painted all the same


@dataclass(frozen=True, slots=True)  # thousands are kept
class Event:
    """Report a change: the map or the job as it is since then. `number` counts up from 1 without gaps."""

    number: int
    map: MapView | None = None
    job: JobView | None = None
    notice: str = ""  # for people: a fallback to polling, a worker started again
