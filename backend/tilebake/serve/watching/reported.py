"""ReportedFiles: which versions of files the one who watches has been told of, and so what would be news.

A new stamp is always news, be the content the one that was told last: what the reader holds by now may be
another version, which he or somebody beside him read between two looks.
"""

import errno
import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import Final

from tilebake.serve.watching.snapshot import Changes, Snapshot, changes, is_inside

COARSEST: Final = 2.0  # seconds that one mtime may stand for: those of FAT
_LIMIT: Final = 5_000  # files whose contents are known
LARGEST: Final = 64 << 20  # bytes; of a larger file every version counts as another


class ReportedFiles:
    """Remember the last snapshot that was reported, with the contents of files that changed.

    The same stamp may hide news: where two saves fall into one tick of the file system's clock, and on
    Windows wherever a program put the time back. So the content is compared at every look until that tick is
    over, and whenever the system names the file.
    """

    def __init__(self) -> None:
        self._seen: Snapshot = {}
        self._contents: dict[Path, str] = {}  # digests, those that were told longest ago first
        self._young: dict[Path, float] = {}  # until when a save may have left the same stamp

    def unreported(self, seen: Snapshot, named: Iterable[Path] = ()) -> Changes:
        """Return what a snapshot shows that was not reported yet; the system told something of `named`."""
        found = changes(self._seen, seen)
        rewritten = {path for path in (*self._young, *named) if self._is_rewritten(path, seen)}
        return replace(found, changed=found.changed | rewritten)

    def forget_below(self, folder: Path) -> None:
        """Take all in a folder as untold: what was made of it while it could not be read is unknown."""
        self._seen = {path: stamp for path, stamp in self._seen.items() if not is_inside(path, folder)}

    def mark_reported(self, news: Changes, seen: Snapshot, now: float) -> None:
        """Take what a look found as told. `now` is when it ended, by a monotonic clock."""
        self._seen = seen
        self._young = {path: end for path, end in self._young.items() if end > now}
        for path in news.removed:
            self._forget(path)
        for path in islice(news.changed | news.added, _LIMIT):
            self._learn(path, now)
        for path in tuple(islice(self._contents, max(0, len(self._contents) - _LIMIT))):
            self._forget(path)

    def _is_rewritten(self, path: Path, seen: Snapshot) -> bool:
        key = str(path)
        return key in seen and seen[key] == self._seen.get(key) and not self._is_as_told(path)

    def _is_as_told(self, path: Path) -> bool:
        try:
            return path in self._contents and _digest(path) == self._contents[path]
        except OSError:
            return False

    def _learn(self, path: Path, now: float) -> None:
        self._forget(path)
        try:
            self._contents[path] = _digest(path)
        except OSError:  # gone again, or nothing to be read: whatever comes next is news
            return
        self._young[path] = now + COARSEST

    def _forget(self, path: Path) -> None:
        self._contents.pop(path, None)
        self._young.pop(path, None)


def _digest(path: Path) -> str:
    """Return a file's SHA-256. Raises OSError when it cannot be read, or is too large."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:  # opened without waiting: it may be a pipe by now
        status = os.fstat(file.fileno())
        if not S_ISREG(status.st_mode) or status.st_size > LARGEST:
            raise OSError(errno.EINVAL, "is no file to be read", str(path))
        return hashlib.file_digest(file, "sha256").hexdigest()
