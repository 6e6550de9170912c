"""Tell versions of a file apart without opening it."""

import os
import sys
from pathlib import Path
from typing import NamedTuple


class FileStamp(NamedTuple):
    """Identify a version of a file. `inode` is 0 on Windows."""

    inode: int
    size: int
    mtime_ns: int


def stamp_from(status: os.stat_result) -> FileStamp:
    """Return the stamp of a file by its status."""
    inode = 0 if sys.platform == "win32" else status.st_ino  # Windows lists none with its folders
    return FileStamp(inode, status.st_size, status.st_mtime_ns)


def stamp_of(path: Path) -> FileStamp | None:
    """Return the stamp of a file, or None if there is none. Raises OSError if that cannot be told."""
    try:
        return stamp_from(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return None
