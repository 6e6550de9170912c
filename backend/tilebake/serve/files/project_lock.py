"""Let one writer into a project, by the operating system's own lock, which ends with its process.

Beside the lock file stands who holds it, for the second one to name. Both lie in the user's state folder,
where clearing a cache cannot take them away from under a running backend.
"""

import contextlib
import os
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import BaseFileLock, FileLock, Timeout
from psutil import pid_exists
from pydantic import TypeAdapter
from tenacity import RetryError, retry, retry_if_result, stop_after_delay, wait_fixed

from tilebake.errors import BusyError, Location
from tilebake.level.project import Project, project_key
from tilebake.serve.files.atomic_write import write_files
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.valid_text import json_bytes
from tilebake.user_folders import state_folder
from tilebake.version import __version__

GRACE: Final = 0.3  # seconds; `holder` takes the lock for a moment, which must keep nobody out
TELLING: Final = 1.0  # seconds that a new holder has to say who it is


@dataclass(frozen=True)
class Holder:
    """Name who is at work in a project. Without a pid it is somebody unknown."""

    project: str
    pid: int | None = None
    since: float = 0.0  # seconds since the epoch
    version: str = ""
    description: str = ""

    def __str__(self) -> str:
        if self.pid is None:
            return "another process"
        since = datetime.fromtimestamp(self.since).astimezone().isoformat(" ", "seconds")
        return f"process {self.pid} ({self.description}, {self.version}) since {since}"


_FORM: Final = TypeAdapter(Holder)


@contextlib.contextmanager
def only_writer(project: Project, description: str = "tilebake watch") -> Generator[None]:
    """Be the only writer of a project for the time of the block.

    Raises BusyError naming the one that already is, and BakeError where the state folder cannot be used.
    """
    file, record = _files(project)
    with disk_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = _lock(file)
        try:
            lock.acquire(timeout=GRACE)
        except Timeout:
            raise _busy(project) from None
    try:
        told = Holder(str(project.root), os.getpid(), time.time(), __version__, description)
        write_files(record.parent, {record.name: json_bytes(_FORM, told)})
        yield
    finally:
        with contextlib.suppress(OSError):  # it names a process that will have ended
            record.unlink()
        lock.release()


def holder(project: Project) -> Holder | None:
    """Return who is at work in a project, or None if nobody is. Raises BakeError."""
    file, _ = _files(project)
    if not file.exists():
        return None
    with disk_errors(file):
        lock = _lock(file)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return _read_holder(project)
        lock.release()
    return None


def _files(project: Project) -> tuple[Path, Path]:
    """Return the lock file of a project, and the record of its holder."""
    folder, key = state_folder() / "locks", project_key(project.root)
    return folder / f"{key}.lock", folder / f"{key}.json"


def _lock(file: Path) -> BaseFileLock:
    """Take the system's lock: one that is merely a file would outlive a killed process."""
    return FileLock(file, thread_local=False, fallback_to_soft=False)


def _busy(project: Project) -> BusyError:
    return BusyError(
        f"another tilebake is at work in this project: {_read_holder(project)}",
        where=Location(file=project.root),
        hint="end that one first, or leave the work to it",
    )


def _read_holder(project: Project) -> Holder:
    """Return who holds a taken lock, with some patience for one that has only just taken it."""
    _, record = _files(project)
    try:
        return _living(record) or Holder(str(project.root))
    except RetryError:
        return Holder(str(project.root))


@retry(
    retry=retry_if_result(lambda told: told is None), stop=stop_after_delay(TELLING), wait=wait_fixed(0.02)
)
def _living(record: Path) -> Holder | None:
    """Read the holder from a record; None where it is missing, or left by a process that was killed."""
    try:
        told = _FORM.validate_json(record.read_bytes())
    except (OSError, ValueError):  # another hand damaged it, or nobody has written it yet
        return None
    return told if told.pid is not None and pid_exists(told.pid) else None
