"""Snapshots: every file that could be a map, with what tells its versions apart, and how two looks differ.

Nothing is opened: a folder of a hundred thousand files is looked at every few seconds.
"""

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tilebake.serve.files.file_stamp import FileStamp, stamp_from
from tilebake.serve.files.map_walk import map_candidates

Snapshot = Mapping[str, FileStamp]
"""Files by their absolute paths: as text, for making a Path takes as long as looking at the file."""


@dataclass(frozen=True)
class Changes:
    """Hold what happened to files between two snapshots; false when nothing did."""

    added: frozenset[Path] = frozenset()
    changed: frozenset[Path] = frozenset()
    removed: frozenset[Path] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def snapshot(folders: Iterable[Path], files: Iterable[Path]) -> Snapshot:
    """Stamp every file below the folders that could be a map, and the single files, if they exist.

    Folders are walked as `map_candidates` does. What cannot be read, or vanishes meanwhile, is as if it were
    not there. Pipes and the like count: one in the place of a map should be told, not passed over.
    """
    found: dict[str, FileStamp] = {}
    for folder in folders:
        for entry in map_candidates(folder):
            _add(found, entry.path, entry)
    for file in files:
        _add(found, str(file.absolute()), file)
    return found


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
