"""Keep files by digest in a folder: those go first that were used least recently."""

import contextlib
import errno
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.private_folder import is_own
from tilebake.serve.files.safe_folder import patiently

DRAFT_AGE: Final = 3600.0  # seconds after which a draft is one that a killed process left

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_DRAFT: Final = re.compile(r"\.[0-9a-f]{64}-[0-9a-f]{16}")


class CacheInfo(NamedTuple):
    """Describe how full a cache is."""

    folder: Path
    entries: int
    bytes: int
    limit: int


class Pruned(NamedTuple):
    """Describe what was taken out of a cache."""

    entries: int
    bytes: int


class DigestFolder:
    """Files in one folder, each under a SHA-256 in hex; others that lie there are left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the file of a digest lies. Raises ValueError for what is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"not a SHA-256 in hex: {digest!r}")
        return self.folder / digest

    def read(self, digest: str, most: int) -> memoryview:
        """Read a file. Raises ValueError for one of more than `most` bytes, and OSError."""
        path = self.path(digest)
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not is_own(status):
                raise PermissionError(errno.EPERM, "another user put it there", str(path))
            if status.st_size > most:
                raise ValueError("the entry is larger than any that was put there")
            return memoryview(file.read())

    def touch(self, digest: str) -> None:
        """Note that a file was used just now."""
        with contextlib.suppress(OSError):  # a cache that can only be read still serves
            os.utime(self.path(digest))

    def write_quickly(self, digest: str, content: bytes) -> None:
        """Write a file that is verified on reading: whole, unless the power fails. Raises OSError.

        Nothing is synced, and nothing else in the folder is looked at: this is for many small files.
        """
        path = self.path(digest)
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{digest}-{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(draft, _NEW, 0o600), "wb") as file:
                file.write(content)
            patiently(draft.replace)(path)
        except OSError:
            remove_file(draft)
            raise

    def info(self, limit: int) -> CacheInfo:
        """Describe how full it is."""
        sizes = [entry.size for entry in self._entries()]
        return CacheInfo(self.folder, len(sizes), sum(sizes), limit)

    def prune(self, max_bytes: int) -> Pruned:
        """Remove the least recently used files until the others have `max_bytes` together at most."""
        entries = sorted(self._entries(), key=lambda entry: entry.used)
        excess = sum(entry.size for entry in entries) - max_bytes
        removed = Pruned(0, 0)
        for entry in entries:
            if removed.bytes >= excess:
                break
            if remove_file(entry.path):
                removed = Pruned(removed.entries + 1, removed.bytes + entry.size)
        return removed

    def _entries(self) -> "Iterator[_Entry]":
        try:
            with os.scandir(self.folder) as found:
                for each in found:
                    with contextlib.suppress(FileNotFoundError):  # another process removed it
                        if _DIGEST.fullmatch(each.name):
                            status = each.stat(follow_symlinks=False)
                            yield _Entry(Path(each.path), status.st_size, status.st_mtime_ns)
                        elif _DRAFT.fullmatch(each.name) and _is_stray(each):
                            remove_file(Path(each.path))
        except OSError:
            return  # nothing was kept yet, or this is no folder, or not ours to read


class _Entry(NamedTuple):
    """Describe a file; `used` is its mtime, which using it sets."""

    path: Path
    size: int
    used: int


def remove_file(path: Path) -> bool:
    """Remove a file; False where another process holds it, as Windows has it, or was quicker."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _is_stray(draft: os.DirEntry[str]) -> bool:
    return time.time() - draft.stat(follow_symlinks=False).st_mtime > DRAFT_AGE
