"""Snapshots: every file that could be a map, with what tells its versions apart, and how two looks differ.

Nothing is opened: a folder of a hundred thousand files is looked at every few seconds.
"""

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.serve.files.file_stamp import FileStamp, stamp_from
from tilebake.serve.files.map_walk import PassedOver, map_candidates

Snapshot = Mapping[str, FileStamp]
"""Files by their absolute paths: as text, for making a Path takes as long as looking at the file."""

_NOTHING: Final[Snapshot] = {}


@dataclass(frozen=True)
class Changes:
    """Hold what happened to files between two snapshots; false when nothing did."""

    added: frozenset[Path] = frozenset()
    changed: frozenset[Path] = frozenset()
    removed: frozenset[Path] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class Look(NamedTuple):
    """Hold a snapshot, and the folders that are there and could not be read."""

    seen: Snapshot
    closed: frozenset[PassedOver] = frozenset()


def snapshot(folders: Iterable[Path], files: Iterable[Path], before: Snapshot = _NOTHING) -> Look:
    """Stamp every file below the folders that could be a map, and the single files, if they exist.

    Folders are walked as `map_candidates` does. What vanishes meanwhile is as if it were not there. In a
    folder that cannot be read, all is as it was `before`: nobody can tell that it is gone. Pipes and the like
    count: one in the place of a map should be told, not passed over.
    """
    found: dict[str, FileStamp] = {}
    passed: list[PassedOver] = []
    for folder in folders:
        for entry in map_candidates(folder, passed.append, tells_links=False):
            _add(found, entry.path, entry)
    for file in files:
        _add(found, str(file.absolute()), file)
    closed = frozenset(each for each in passed if each.path.is_dir())
    for each in closed:
        found |= {path: stamp for path, stamp in before.items() if is_inside(path, each.path)}
    return Look(found, closed)


def is_inside(path: str, folder: Path) -> bool:
    """Tell whether a path of a snapshot lies below a folder that was looked at."""
    return path.startswith(f"{folder}{os.sep}")


def changes(before: Snapshot, after: Snapshot) -> Changes:
    """Compare two snapshots: what has to happen to `before` to make it `after`."""
    if before == after:
        return Changes()
    return Changes(
        added=_paths(after.keys() - before.keys()),
        changed=_paths(path for path, stamp in after.items() if before.get(path, stamp) != stamp),
        removed=_paths(before.keys() - after.keys()),
    )


def _add(found: dict[str, FileStamp], path: str, file: "Path | os.DirEntry[str]") -> None:
    try:
        status = file.stat()
    except OSError:  # gone meanwhile, or a link to nothing
        return
    if not stat.S_ISDIR(status.st_mode):
        found[path] = stamp_from(status)


def _paths(names: Iterable[str]) -> frozenset[Path]:
    return frozenset(map(Path, names))
