"""Tell versions of a file apart without opening it."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple


class FileStamp(NamedTuple):
    """Identify a version of a file. `inode` and `ctime_ns` are 0 on Windows.

    Any program can put a file's mtime back, as `cp -p` and `touch -r` do. Its ctime, when it last changed in
    whatever way, belongs to the system.
    """

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


FileStamps = Mapping[Path, FileStamp | None]
"""Which versions of some files something was made from; None stands for no file."""


def stamp_from(status: os.stat_result) -> FileStamp:
    """Return the stamp of a file by its status."""
    if sys.platform == "win32":  # it lists no inode with its folders, and its ctime is that of creation
        return FileStamp(0, status.st_size, status.st_mtime_ns, 0)
    return FileStamp(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def stamp_of(path: Path) -> FileStamp | None:
    """Return the stamp of a file, or None if there is none. Raises OSError if that cannot be told."""
    try:
        return stamp_from(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return None


def stamps_of(paths: Iterable[Path]) -> FileStamps:
    """Return the stamps of files as they are now. Raises OSError if one cannot be told."""
    return {path: stamp_of(path) for path in paths}
