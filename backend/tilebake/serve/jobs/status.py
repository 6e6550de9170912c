"""What a running backend shows: maps, jobs and events, alike for the local API, the terminal and `--json`."""

from dataclasses import dataclass
from typing import Literal

MapId = str
"""A map's path under the project's root, with forward slashes: `levels/forest.json`."""

LookState = Literal["waiting", "running", "done", "failed", "cancelled"]
LookKind = Literal["attention", "edit"]
JobState = Literal["waiting", "running", "done", "failed", "cancelled", "superseded", "set aside"]
MapState = Literal["up to date", "stale", "waiting", "baking", "failed", "gone"]


@dataclass(frozen=True)
class Mistake:
    """An error as a user reads it: what is wrong, where, and what to do about it."""

    what: str
    where: str = ""  # file:line:column: $.json.path
    hint: str = ""


@dataclass(frozen=True)
class JobView:
    """One bake of one map, as it stands now. Times are seconds since the epoch, for people to read."""

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
    mistake: Mistake | None = None


@dataclass(frozen=True)
class LookView:
    """A look at one map: something painted to be seen and never published, as it stands now."""

    id: int
    map_id: MapId
    kind: LookKind
    state: LookState
    step: int = 0
    steps: int = 0
    mistake: Mistake | None = None


@dataclass(frozen=True)
class MapView:
    """One map of the project, as it stands now."""

    id: MapId
    state: MapState
    job_id: int | None = None
    reason: str = ""  # why it is stale
    mistake: Mistake | None = None
    texture: str = ""  # its picture's path under the project's root; empty where that is unknown or elsewhere


@dataclass(frozen=True)
class Event:
    """Something changed: the map or the job as it is since then. `number` counts up from 1 without gaps."""

    number: int
    map: MapView | None = None
    job: JobView | None = None
    notice: str = ""  # for people: a fallback to polling, a worker started again
