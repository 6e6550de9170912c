"""The parent: the process that a command was started for, and is to end with."""

from collections.abc import Callable

import psutil


def gone(pid: int | None) -> Callable[[], bool]:
    """Asks whether the process that has this pid now has ended; a later one of that pid is not taken for it.

    Without a pid nobody is waited for.
    """
    if pid is None:
        return lambda: False
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return lambda: True
    return lambda: not _is_alive(process)


def _is_alive(process: psutil.Process) -> bool:
    """A process that ended but that nobody has asked for its exit code is still listed: a zombie."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # it belongs to another user, but it is there
        return True
