"""Track the maps of a project in a running backend: their plans, their textures, their problems."""

import logging
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tilebake.errors import Diagnostic, TilebakeError
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.level.formats.part import file_of
from tilebake.level.map_names import may_be_map
from tilebake.level.project import FILE_NAME, Project, map_folders, read_project
from tilebake.request import BakeRequest
from tilebake.serve.bake.discover import is_map
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner
from tilebake.serve.bake.publish import stale_reason
from tilebake.serve.bulkhead import bulkhead
from tilebake.serve.files.file_stamp import FileStamp, FileStamps, stamps_of
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.jobs.status import JobView, MapId, MapView
from tilebake.serve.kept_plans import KeptPlans
from tilebake.serve.owners.godot_scenes import IF_LOST, why_lost
from tilebake.serve.owners.ownership import files_of, is_there, record_path
from tilebake.serve.owners.texture_owners import TextureOwners
from tilebake.serve.valid_text import valid_name, valid_text
from tilebake.serve.watching.snapshot import Changes
from tilebake.serve.watching.watch import Places
from tilebake.serve.windows.anchors import Anchors

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProjectMap:
    """Describe a map as it was when it was last read, by whomever.

    Two see to it that this stays true: the watch, which reports new stamps, and a check of what was read.
    """

    id: MapId
    path: Path
    png: Path | None = None  # this and the next three are set, and the stamps, unless there is a diagnostic
    texture: str = ""  # its path under the project's root; empty where it lies elsewhere
    digest: str = ""
    stale: str | None = None  # why its texture has to be baked
    diagnostic: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()
    stamps: FileStamps = field(default_factory=dict[Path, FileStamp | None])  # of all that this was read from
    is_published: bool = False  # since it was read, whatever became of its picture then

    def is_bereft(self) -> bool:
        """Tell whether its picture or record is gone since it was up to date, or was published."""
        if self.png is None or (self.stale is not None and not self.is_published):
            return False
        is_whole = is_there(self.png) and os.path.lexists(record_path(self.png))
        return not is_whole and os.path.lexists(
            file_of(self.path)
        )  # a map that is gone too is the watch's to tell

    def changed_stamps(self) -> FileStamps | None:
        """Return the stamps of its files as they are now; None if they are the same, or the map is gone."""
        try:
            now = stamps_of(self.stamps)
        except OSError:  # they cannot be examined just now
            return None
        return now if now != self.stamps and now[file_of(self.path)] is not None else None


class ProjectMaps:
    """Track the maps of one project, for any number of threads. Only the latest plans stay in memory."""

    def __init__(self, root: Path, options: BakeOptions) -> None:
        self._root = root
        self._options = options
        self._lock = threading.RLock()
        self._known: dict[MapId, ProjectMap] = {}
        self._beside: dict[MapId, frozenset[Path]] = {}  # the files that maps name, which are no maps
        self._folders: tuple[Path, ...] = (root,)
        self._problems: tuple[str, ...] = ()  # of the folders that are to hold maps
        self._told_problems: tuple[str, ...] = ()
        self._seen_folders: set[Path] = set()  # in which some map was found
        self._checked = 0  # how many maps were checked in this round
        self._looked_at = 0  # likewise, for pictures that are gone
        self._bereft: frozenset[Path] = frozenset()  # what the last look found
        self._changed: dict[Path, FileStamps] = {}  # what the last check found
        self._anchors = Anchors()
        self.forget_lookups()

    def forget_lookups(self) -> None:
        """Plan from scratch from now on: something that maps share has changed."""
        with self._lock:
            self._planner = Planner(self._options, anchors=self._anchors)
            self._plans = KeptPlans()
            self._owners = TextureOwners()

    def is_outdated(self) -> bool:
        """Tell whether a model or a LoRA has changed since maps were read."""
        return self._planner.models.is_outdated()

    def places(self) -> Places:
        """Return where to watch: the folders of maps, and the files that maps share."""
        file = self._root / FILE_NAME
        try:
            project = read_project(file) if file.is_file() else Project(self._root, maps=(self._root,))
            usable, problems = map_folders(project)
            self._folders = tuple(each for each in project.maps if each in usable or not each.exists())
            self._problems = tuple(str(each) for each in problems)
        except Exception as error:  # the maps report it, and the folders stay as they were
            _log.debug("%s cannot be read", file, exc_info=error)
        with self._lock:
            between = {folder for seen in self._seen_folders for folder in (seen, *seen.parents)}
        inside = {folder for folder in between if folder.is_relative_to(self._root)} | {self._root}
        with self._lock:
            beside = {file for files in self._beside.values() for file in files}
        return Places(self._folders, (*(folder / FILE_NAME for folder in inside), *beside))

    def readers_of(self, changes: Changes) -> frozenset[Path]:
        """Return the maps for which files that changed, not their own, were read: tilesets, say.

        A new file counts for maps that could not be read: it may be what they missed.
        """
        old, new = changes.changed | changes.removed, changes.added
        with self._lock:
            return frozenset(
                known.path
                for known in self._known.values()
                if self._is_read_from(known, old if known.diagnostic is None else old | new)
            )

    def _is_read_from(self, known: ProjectMap, files: frozenset[Path]) -> bool:
        others = (*known.stamps, *self._beside.get(known.id, ()))
        return any(file in files and file != file_of(known.path) for file in others)

    def new_problems(self) -> list[str]:
        """Return what is wrong with folders that are to hold maps, unless it was returned last time."""
        new = [each for each in self._problems if each not in self._told_problems]
        self._told_problems = self._problems
        return new

    def read(self, path: Path) -> ProjectMap | None:
        """Read a file; None if it is no map, and never was one."""
        map_id = self._id(path)
        with self._lock:  # what is read last is remembered last
            try:
                with bulkhead(path):
                    if map_id not in self._known and not is_map(file_of(path)):
                        return None
                self._read(map_id, path)
            except TilebakeError as error:
                self._remember(ProjectMap(map_id, path, diagnostic=error.diagnostic))
            return self._known[map_id]

    def plan(self, map_id: MapId) -> PlannedBake:
        """Plan a known map as it is now; it is read again only if a file of it changed.

        Raises TilebakeError, UnknownIdError among them.
        """
        path = self.find(map_id).path
        with self._lock:
            return self._plans.current(path) or self._read(map_id, path)

    def plan_trial(self, map_id: MapId, edit: EditEntry | None) -> PlannedBake:
        """Plan a known map with another edit, without recording the result. Raises TilebakeError."""
        path = self.find(map_id).path
        with self._lock, bulkhead(path):
            return self._planner.plan(path, path.relative_to(self._root), edit)

    def mark_baked(self, map_id: MapId, request: BakeRequest) -> None:
        """Record that the texture of this request was published, if it still stands there as it was."""
        with self._lock:
            known, digest = self._known.get(map_id), request.digest()
            if known is None or (png := known.png) is None:
                return
            self._anchors.note(known.path, request)
            if known.digest != digest:  # saved again since
                return
            self._plans.drop(known.path)
            known = replace(known, is_published=True)
            with suppress(TilebakeError), bulkhead(known.path):  # what cannot be examined is read again
                stamps = stamps_of(files_of(png))  # before it is read, as ever
                if stale_reason(png, digest) is None:
                    known = replace(known, stale=None, stamps={**known.stamps, **stamps})
            self._known[map_id] = known

    def forget(self, path: Path) -> MapId | None:
        """Forget a file that is gone; return the id of the map that it was, if it was one."""
        with self._lock:
            self._owners.release(path)
            self._plans.drop(path)
            self._anchors.drop(path)
            self._beside.pop(self._id(path), None)
            known = self._known.pop(self._id(path), None)
            return None if known is None else known.id

    def outdated(self, count: int) -> tuple[Path, ...]:
        """Return maps of which a file, or the texture, is not the one that was read or published.

        Each call checks the next `count` maps. A change is returned once two checks have found the same: what
        is being written or checked out just now is left alone.
        """
        with self._lock:
            everyone = list(self._known.values())
            checked = everyone[self._checked : self._checked + count]
            self._checked = (self._checked + count) if self._checked + count < len(everyone) else 0
            again = [known for path in self._changed if (known := self._known.get(self._id(path)))]
        found = {
            each.path: stamps for each in (*checked, *again) if (stamps := each.changed_stamps()) is not None
        }
        settled = {path for path, stamps in found.items() if self._changed.get(path) == stamps}
        self._changed = {path: stamps for path, stamps in found.items() if path not in settled}
        return tuple(sorted(settled))

    def bereft(self, count: int) -> tuple[Path, ...]:
        """Return maps that were up to date or published, and whose picture or record is gone.

        Each call looks at the next `count` maps. One is returned once two looks have missed the same: who
        replaces a picture by hand may have deleted it and not written it yet.
        """
        with self._lock:
            everyone = list(self._known.values())
            looked_at = everyone[self._looked_at : self._looked_at + count]
            self._looked_at = (self._looked_at + count) if self._looked_at + count < len(everyone) else 0
            again = [known for path in self._bereft if (known := self._known.get(self._id(path)))]
        found = frozenset(each.path for each in (*looked_at, *again) if each.is_bereft())
        settled = found & self._bereft
        self._bereft = found - settled
        return tuple(sorted(settled))

    def unread(self) -> tuple[MapId, ...]:
        """Return the maps that could not be read."""
        with self._lock:
            return tuple(each.id for each in self._known.values() if each.diagnostic is not None)

    def stale_among(self, map_ids: Iterable[MapId]) -> tuple[MapId, ...]:
        """Return those that are stale, and no others."""
        with self._lock:
            return tuple(each for each in map_ids if each in self._known and self._known[each].stale)

    def find(self, map_id: MapId) -> ProjectMap:
        """Return what is known of a map. Raises UnknownIdError."""
        try:
            return self._known[map_id]
        except KeyError:
            raise UnknownIdError(f"there is no map {map_id}") from None

    def all(self) -> tuple[ProjectMap, ...]:
        """Return every map, ordered by id."""
        with self._lock:
            return tuple(sorted(self._known.values(), key=lambda known: known.id))

    def _id(self, path: Path) -> MapId:
        return valid_name(path.relative_to(self._root))

    def _texture_path(self, png: Path) -> str:
        return valid_text(png.relative_to(self._root).as_posix()) if png.is_relative_to(self._root) else ""

    def _read(self, map_id: MapId, path: Path) -> PlannedBake:
        with self._lock:
            self._plans.drop(path)
            with bulkhead(path):
                planned = self._planner.plan(path, path.relative_to(self._root))
                self._owners.claim(planned.png, path)
            self._plans.keep(planned)
            lost = why_lost(path)  # painted only when it is asked for
            notes = () if lost is None else (Diagnostic(f"it is not painted: {lost}", hint=IF_LOST),)
            self._remember(
                ProjectMap(
                    map_id,
                    path,
                    planned.png,
                    self._texture_path(planned.png),
                    planned.digest,
                    planned.stale if lost is None else None,
                    notes=(*notes, *planned.request.tilemap.notes),
                    stamps=planned.stamps,
                )
            )
            return planned

    def _remember(self, known: ProjectMap) -> None:
        with self._lock:
            self._known[known.id] = known
            if known.png is not None:  # else the files that it named last may mend it
                self._beside.pop(known.id, None)
                own = {*files_of(known.png)}
                others = (each for each in known.stamps if each.name != FILE_NAME and each not in own)
                if beside := frozenset(file for file in others if not may_be_map(file.name)):
                    self._beside[known.id] = beside
            self._seen_folders.add(known.path.parent)


def view_of(known: ProjectMap, job: JobView | None) -> MapView:
    """Return a map as it is shown; `job` is its latest."""
    if known.diagnostic is not None:
        return MapView(known.id, "failed", diagnostic=known.diagnostic)
    state = "stale" if known.stale else "up to date"
    view = MapView(known.id, state, reason=known.stale or "", texture=known.texture, notes=known.notes)
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
