"""A user without rights, whoever runs the tests: root may read whatever a mode forbids."""

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def give_to_nobody(folder: Path) -> None:
    """Make a folder and all in it the property of him who acts in `without_rights`."""
    if is_root():
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


@contextmanager
def closed(paths: Iterable[Path]) -> Generator[None]:
    """Let nobody but root into these paths for the time of the block."""
    modes = [(path, path.stat().st_mode) for path in paths]
    for path, _ in modes:
        path.chmod(0)
    try:
        yield
    finally:
        for path, mode in modes:
            path.chmod(mode)


@contextmanager
def without_rights() -> Generator[None]:
    """Act as nobody in the block, if this is root. Who is not has no rights as he is."""
    if not is_root():
        yield
        return
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
