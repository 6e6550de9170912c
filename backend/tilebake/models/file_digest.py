"""Digest large files once: sha256 by path, size and mtime_ns, so that a no-change run does not read 7 GB."""

import hashlib
import tempfile
from pathlib import Path

from tilebake.user_folders import cache_folder


def file_digest(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex. Raises OSError when it cannot be read."""
    real = path.resolve()
    status = real.stat()
    identity = f"{real}\0{status.st_size}\0{status.st_mtime_ns}"
    entry = cache_folder() / "digests" / hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
    if (known := _read_entry(entry)) is not None:
        return known
    with real.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write_entry(entry, digest)
    return digest


def _read_entry(entry: Path) -> str | None:
    try:
        text = entry.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    is_digest = len(text) == 64 and all(character in "0123456789abcdef" for character in text)
    return text if is_digest else None


def _write_entry(entry: Path, digest: str) -> None:
    """Write an entry if possible: a read-only or full disk costs time at the next run, never a result."""
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=entry.parent, prefix=".", delete=False, encoding="ascii"
        ) as file:
            file.write(digest)
        Path(file.name).replace(entry)
    except OSError:
        return
