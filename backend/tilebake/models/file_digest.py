"""Remember what is known of large files, by path, size and mtime_ns: a no-change run reads no 7 GB."""

import hashlib
import tempfile
from pathlib import Path

from tilebake.user_folders import cache_folder

IS_WHOLE = "whole"  # remembered of a file that was checked


def file_digest(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex. Raises OSError when it cannot be read."""
    entry = _entry("digests", path)
    known = _read_entry(entry)
    if len(known) == 64 and all(character in "0123456789abcdef" for character in known):
        return known
    with path.resolve().open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write_entry(entry, digest)
    return digest


def is_known_whole(path: Path) -> bool:
    """Return whether this version of a file was checked before. Raises OSError when there is none."""
    return _read_entry(_entry("checks", path)) == IS_WHOLE


def remember_whole(path: Path) -> None:
    """Remember that this version of a file was checked, and is whole. Raises OSError when there is none."""
    _write_entry(_entry("checks", path), IS_WHOLE)


def _entry(kind: str, path: Path) -> Path:
    real = path.resolve()
    status = real.stat()
    identity = f"{real}\0{status.st_size}\0{status.st_mtime_ns}"
    return cache_folder() / kind / hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()


def _read_entry(entry: Path) -> str:
    try:
        return entry.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def _write_entry(entry: Path, text: str) -> None:
    """Write an entry if possible: a read-only or full disk costs time at the next run, never a result."""
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=entry.parent, prefix=".", delete=False, encoding="ascii"
        ) as file:
            file.write(text)
        Path(file.name).replace(entry)
    except OSError:
        return
