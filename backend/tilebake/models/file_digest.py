"""Remember what is known of large files, by path and version: a no-change run reads no 7 GB.

A version is told by size, inode, mtime and ctime, which an archive or `touch` cannot set back. What was read
of a file that changed a moment ago is not remembered: within the same tick of the file system's clock it
could change once more and look the same.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from time import time_ns
from typing import Final, NamedTuple

from tilebake.errors import BakeError
from tilebake.models.model_file import open_model_file
from tilebake.private_folder import is_believed, private_folder
from tilebake.user_folders import cache_folder

IS_WHOLE = "whole"  # remembered of a file that was checked
SETTLED_NS: Final = 2_000_000_000  # the coarsest clock of a file system, FAT's


class FileVersion(NamedTuple):
    """Tell one version of a file from another."""

    size: int
    inode: int
    mtime_ns: int
    ctime_ns: int
    is_settled: bool  # whether it is so old that a further change would be seen in its times

    def is_same(self, other: "FileVersion") -> bool:
        """Tell whether nothing was seen to change, whatever time has passed."""
        return self[:4] == other[:4]


def file_version(path: Path) -> FileVersion:
    """Return which version of a file there is. Raises OSError when there is none."""
    return _version(path.stat())


def file_digest(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex. Raises OSError when it cannot be read."""
    real = path.resolve()
    with open_model_file(real) as file:
        before = _version(os.fstat(file.fileno()))
        entry = _entry("digests", real, before)
        known = _read_entry(entry)
        if len(known) == 64 and all(character in "0123456789abcdef" for character in known):
            return known
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        after = _version(os.fstat(file.fileno()))
    if before.is_settled and before.is_same(after):
        _write_entry(entry, digest)
    return digest


def is_known_whole(path: Path) -> bool:
    """Return whether this version of a file was checked before. Raises OSError when there is none."""
    return _read_entry(_entry("checks", path.resolve(), file_version(path))) == IS_WHOLE


def remember_whole(path: Path, version: FileVersion) -> None:
    """Remember that this version of a file was checked, and is whole."""
    if version.is_settled:
        _write_entry(_entry("checks", path.resolve(), version), IS_WHOLE)


def _version(status: os.stat_result) -> FileVersion:
    changed = status.st_mtime_ns if os.name == "nt" else status.st_ctime_ns
    is_settled = abs(time_ns() - changed) > SETTLED_NS
    return FileVersion(status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, is_settled)


def _entry(kind: str, real: Path, version: FileVersion) -> Path:
    identity = "\0".join(map(str, (real, *version[:4])))
    return cache_folder() / kind / hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()


def _read_entry(entry: Path) -> str:
    if not is_believed(entry.parent):
        return ""
    try:
        return entry.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def _write_entry(entry: Path, text: str) -> None:
    """Write an entry if possible: a read-only or full disk costs time at the next run, never a result."""
    try:
        private_folder(entry.parent)
        with tempfile.NamedTemporaryFile(
            "w", dir=entry.parent, prefix=".", delete=False, encoding="ascii"
        ) as file:
            file.write(text)
        Path(file.name).replace(entry)
    except (OSError, BakeError):
        return
