"""Turn what a disk refuses into an error that a user can fix."""

import errno
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tilebake.errors import BakeError, Location

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

HINTS: Final[Iterable[tuple[frozenset[int], str, str]]] = (
    (_FULL, "the disk is full", "free some space and bake again"),
    (
        frozenset({errno.EROFS, errno.EACCES, errno.EPERM}),
        "the folder cannot be written to",
        "make it writable, or choose another place",
    ),
    (
        frozenset({errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}),
        "a file, a folder and a link are in each other's place",
        "move it away, or choose another place",
    ),
)


@contextmanager
def disk_errors(path: Path) -> Generator[None]:
    """Within it, what the disk refuses is raised as a BakeError that names this file."""
    try:
        yield
    except OSError as error:
        raise _to_bake_error(error, path) from error


def is_full(error: BakeError) -> bool:
    """Tell whether the disk is full."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in _FULL


def _to_bake_error(error: OSError, path: Path) -> BakeError:
    for codes, what, hint in HINTS:
        if error.errno in codes:
            return BakeError(what, where=Location(file=path), hint=hint)
    reason = error.strerror or type(error).__name__
    return BakeError(
        f"cannot be written: {reason}", where=Location(file=path), hint="try again, or choose another place"
    )
