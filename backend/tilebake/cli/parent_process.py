"""Follow the parent: the process that a command was started for, and has to end with."""

from collections.abc import Callable

import psutil


def parent_exited(pid: int | None) -> Callable[[], bool]:
    """Return a function that says whether the process that has this pid now has ended.

    A later process with the same pid is not taken for it. Without a pid, the answer is always no.
    """
    if pid is None:
        return lambda: False
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return lambda: True
    return lambda: not _is_alive(process)


def _is_alive(process: psutil.Process) -> bool:
    """Say whether it runs. One that ended stays listed, as a zombie, until its exit code is read."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # it belongs to another user, but it is there
        return True
