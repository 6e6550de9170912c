"""Name the files that are loaded beside a model's own, and fold their digests into the model's."""

import hashlib
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.models.added.ip_adapter import ip_adapter_files
from tilebake.models.file_digest import file_digest


class AddedFiles(NamedTuple):
    """Name what is loaded beside a model's own files."""

    ip_adapter: Path | None = None


NOTHING_ADDED: Final = AddedFiles()


def paths_of_added(added: AddedFiles) -> tuple[Path, ...]:
    """Return the path of every added file that is read, checked. Raises ModelError."""
    return () if added.ip_adapter is None else tuple(ip_adapter_files(added.ip_adapter).paths())


def digest_with(digest: str, added: AddedFiles) -> str:
    """Return the digest (sha256, hex) of a model with what is added; its own where nothing is.

    Names and places do not count. Raises OSError and ModelError.
    """
    paths = paths_of_added(added)
    if not paths:
        return digest
    kinds = [file_digest(path) for path in paths]
    return hashlib.sha256("\n".join([digest, "ip_adapter", *kinds]).encode()).hexdigest()
