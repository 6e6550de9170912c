"""Maps: what a running backend knows of each map, and how it finds that out."""

import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tilebake.errors import Diagnostic, Location, MapError, ProjectError, TilebakeError
from tilebake.level.edit.edit_file import EditEntry
from tilebake.level.project import FILE_NAME, read_project
from tilebake.serve.bake.discover import FoundMap, is_map
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner
from tilebake.serve.bake.texture_owners import TextureOwners
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.jobs.status import JobView, MapId, MapView
from tilebake.serve.watching.watch import Places


@dataclass(frozen=True)
class ProjectMap:
    """A map as it was when it was last read."""

    id: MapId
    path: Path
    png: Path | None = None  # unless it has a mistake, as the next three
    texture: str = ""  # the same under the project's root; empty where it lies elsewhere
    digest: str = ""
    stale: str | None = None  # why its texture has to be baked
    diagnostic: Diagnostic | None = None

    def is_bereft(self) -> bool:
        """Whether its picture was in its place and is gone, though the map is there."""
        if self.png is None or self.stale is not None or self.diagnostic is not None:
            return False
        try:
            return not self.png.is_file() and self.path.is_file()
        except OSError:  # they cannot be looked at just now
            return False


class ProjectMaps:
    """The maps of one project, for any number of threads. No map is kept in memory."""

    def __init__(self, root: Path, order: BakeOptions) -> None:
        self._root = root
        self._order = order
        self._lock = threading.RLock()
        self._known: dict[MapId, ProjectMap] = {}
        self._folders: tuple[Path, ...] = (root,)
        self._seen_folders: set[Path] = set()  # in which some map was found
        self._looked = 0  # so many maps' pictures were looked for, since all were
        self.renew()

    def renew(self) -> None:
        """From now on, read as if nothing had been looked up: what all maps share has changed."""
        with self._lock:
            self._planner = Planner(self._order)
            self._owners = TextureOwners()

    def is_outdated(self) -> bool:
        """Whether a model or a LoRA is not what it was when maps were read."""
        return self._planner.models.is_outdated()

    def places(self) -> Places:
        """Where the maps are, and the files that they share."""
        file = self._root / FILE_NAME
        with suppress(ProjectError, OSError):  # the maps will say so, and the folders are as they were
            self._folders = read_project(file).maps if file.is_file() else (self._root,)
        with self._lock:
            between = {folder for seen in self._seen_folders for folder in (seen, *seen.parents)}
        inside = {folder for folder in between if folder.is_relative_to(self._root)} | {self._root}
        return Places(self._folders, tuple(folder / FILE_NAME for folder in inside))

    def read(self, path: Path) -> ProjectMap | None:
        """Read a file anew; None if it is no map, and never was one."""
        map_id = self._id(path)
        if map_id not in self._known and not is_map(path):
            return None
        try:
            self._job(map_id, path)
        except TilebakeError as error:
            self._note(ProjectMap(map_id, path, diagnostic=error.diagnostic))
        return self._known[map_id]

    def job(self, map_id: MapId) -> PlannedBake:
        """A known map as it is now, ready to be baked. Raises TilebakeError, UnknownIdError among them."""
        return self._job(map_id, self.known(map_id).path)

    def trial(self, map_id: MapId, edit: EditEntry | None) -> PlannedBake:
        """A known map as it is now, with another edit if one is given; nothing of it is noted. Raises so."""
        path = self.known(map_id).path
        with self._lock, _told_as_map_error(path):
            return self._planner.job(FoundMap(path, path.relative_to(self._root)), edit)

    def baked(self, map_id: MapId, digest: str) -> None:
        """The texture of this digest stands in its place."""
        with self._lock:
            known = self._known.get(map_id)
            if known is not None and known.digest == digest:
                self._known[map_id] = replace(known, stale=None)

    def forget(self, path: Path) -> MapId | None:
        """A file is gone; the id of the map that it was, if it was one."""
        with self._lock:
            self._owners.release(path)
            known = self._known.pop(self._id(path), None)
            return None if known is None else known.id

    def bereft(self, count: int) -> tuple[Path, ...]:
        """Maps whose picture was in its place and is gone; every call looks at the next `count` maps."""
        with self._lock:
            everyone = list(self._known.values())
            looked_at = everyone[self._looked : self._looked + count]
            self._looked = (self._looked + count) if self._looked + count < len(everyone) else 0
        return tuple(each.path for each in looked_at if each.is_bereft())

    def known(self, map_id: MapId) -> ProjectMap:
        """What is known of a map. Raises UnknownIdError."""
        try:
            return self._known[map_id]
        except KeyError:
            raise UnknownIdError(f"there is no map {map_id}") from None

    def all(self) -> tuple[ProjectMap, ...]:
        """Every map, by its id."""
        with self._lock:
            return tuple(sorted(self._known.values(), key=lambda known: known.id))

    def _id(self, path: Path) -> MapId:
        return path.relative_to(self._root).as_posix()

    def _inside(self, png: Path) -> str:
        return png.relative_to(self._root).as_posix() if png.is_relative_to(self._root) else ""

    def _job(self, map_id: MapId, path: Path) -> PlannedBake:
        with self._lock:
            with _told_as_map_error(path):
                job = self._planner.job(FoundMap(path, path.relative_to(self._root)))
                self._owners.claim(job.png, path)
            self._note(ProjectMap(map_id, path, job.png, self._inside(job.png), job.digest, job.stale))
            return job

    def _note(self, known: ProjectMap) -> None:
        with self._lock:
            self._known[known.id] = known
            self._seen_folders.add(known.path.parent)


@contextmanager
def _told_as_map_error(path: Path) -> Generator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # the second is a circle of links, in Python 3.11
        what = f"it or its picture cannot be looked at: {error}"
        raise MapError(what, where=Location(file=path), hint="check links and permissions") from error


def view_of(known: ProjectMap, job: JobView | None) -> MapView:
    """A map as it is shown; `job` is its latest."""
    if known.diagnostic is not None:
        return MapView(known.id, "failed", diagnostic=known.diagnostic)
    state = "stale" if known.stale else "up to date"
    view = MapView(known.id, state, reason=known.stale or "", texture=known.texture)
    if job is None:
        return view
    view = replace(view, job_id=job.id)
    match job.state:
        case "running":
            return replace(view, state="baking")
        case "waiting":
            return replace(view, state="waiting")
        case "failed" | "set aside" if known.stale and job.digest == known.digest:
            return replace(view, state="failed", diagnostic=job.diagnostic)
        case _:
            return view
