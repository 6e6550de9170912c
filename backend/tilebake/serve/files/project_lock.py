"""Let one writer into a project, by the operating system's own lock, which ends with its process.

Shares of one bake (`--shard`) have no map in common, so that they may write beside each other. Beside each
lock file stands who holds it, for the next one to name. Both lie in the user's state folder, where clearing a
cache cannot take them away from under a running backend; a holder whose files were taken away all the same
takes them anew, or ends when another was quicker.
"""

import contextlib
import os
import re
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, NamedTuple, Self

from filelock import BaseFileLock, FileLock, Timeout
from psutil import pid_exists
from pydantic import Field, TypeAdapter
from tenacity import RetryError, retry, retry_if_result, stop_after_delay, wait_fixed

from tilebake.errors import BusyError, Location, shown
from tilebake.level.project import Project, project_key
from tilebake.level.source.encoding import open_regular
from tilebake.private_folder import private_folder
from tilebake.serve.files.atomic_write import write_files
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.valid_text import json_bytes
from tilebake.user_folders import state_folder
from tilebake.version import __version__

GRACE: Final = 0.3  # seconds; `holder` takes the lock for a moment, which must keep nobody out
TELLING: Final = 1.0  # seconds that a new holder has to say who it is
RECHECK: Final = 2.0  # seconds from one look at the files of what is held to the next
RECORD_BYTES: Final = 1 << 16  # ours have some hundred

_SHARE: Final = re.compile(r"\.shard-([0-9]{1,6})-of-([0-9]{1,6})\.lock$")


@dataclass(frozen=True)
class Holder:
    """Name who is at work in a project. Without a pid it is somebody unknown."""

    project: str
    pid: Annotated[int, Field(gt=0, lt=2**31)] | None = None
    since: Annotated[float, Field(ge=0, lt=2**33)] = 0.0  # seconds since the epoch
    version: str = ""
    description: str = ""

    def __str__(self) -> str:
        if self.pid is None:
            return "another process"
        since = datetime.fromtimestamp(self.since).astimezone().isoformat(" ", "seconds")
        return shown(f"process {self.pid} ({self.description}, {self.version}) since {since}")


_FORM: Final = TypeAdapter(Holder)


class BakeShare(NamedTuple):
    """Name one of the shares of a bake: which of how many, counted from 1."""

    part: int
    parts: int


class _Held(NamedTuple):
    """Hold a lock that was taken, and what its files were then."""

    lock: BaseFileLock
    inode: int
    record: bytes


class WriterLocks:
    """Be the only writer of projects, of each from its first `hold` to the end of a `with` block.

    For any number of threads.
    """

    def __init__(self, description: str, share: BakeShare | None = None) -> None:
        self._description = description
        self._share = share
        self._held: dict[Path, _Held] = {}
        self._guard = threading.Lock()
        self._checked = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._guard:
            for root, held in self._held.items():
                with contextlib.suppress(OSError):  # it names a process that will have ended
                    if _content(_record_of(root, self._share)) == held.record:
                        _record_of(root, self._share).unlink()
                held.lock.release()
            self._held.clear()

    def hold(self, root: Path) -> None:
        """Be the writer of the project of this root, or see to it that this is still so.

        Raises BusyError naming the one that is, and BakeError where the state folder cannot be used.
        """
        root = root.resolve()
        with self._guard:
            held = self._held.get(root)
            if held is None or not self._is_untouched(root, held):
                self._held[root] = self._take(root, held)

    def recheck(self) -> None:
        """See to it that what is held still is, now and then. Raises what `hold` does."""
        if time.monotonic() - self._checked >= RECHECK:
            for root in tuple(self._held):
                self.hold(root)
            self._checked = time.monotonic()

    def _is_untouched(self, root: Path, held: _Held) -> bool:
        try:
            is_same = _lock_file(root, self._share).stat().st_ino == held.inode
            return is_same and _content(_record_of(root, self._share)) == held.record
        except OSError:
            return False

    def _take(self, root: Path, before: _Held | None) -> _Held:
        file = _lock_file(root, self._share)
        with disk_errors(file):
            private_folder(file.parent)
            if before is not None and file.exists() and file.stat().st_ino == before.inode:
                lock = before.lock  # only the record was lost
            else:
                lock = _lock(file)
                _acquire(lock, root, self._share)
            inode = file.stat().st_ino
        try:
            with disk_errors(file):
                for other in _others(root, self._share):
                    _acquire(_lock(_lock_file(root, other)), root, other).release()
            told = Holder(str(root), os.getpid(), time.time(), __version__, self._description)
            record = json_bytes(_FORM, told)
            name = _record_of(root, self._share)
            write_files(name.parent, {name.name: record}, 0o600)
        except BaseException:
            lock.release()
            raise
        return _Held(lock, inode, record)


@contextlib.contextmanager
def only_writer(project: Project, description: str = "tilebake watch") -> Generator[WriterLocks]:
    """Be the only writer of a project for the time of the block. Raises what `WriterLocks.hold` does."""
    with WriterLocks(description) as locks:
        locks.hold(project.root)
        yield locks


def holder(project: Project) -> Holder | None:
    """Return who is at work in a project, or None if nobody is. Raises BakeError."""
    root = project.root.resolve()
    for share in (None, *_shares(root)):
        file = _lock_file(root, share)
        if not file.exists():
            continue
        with disk_errors(file):
            lock = _lock(file)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                return _read_holder(root, share)
            lock.release()
    return None


def _stem(root: Path, share: BakeShare | None) -> str:
    return project_key(root) + ("" if share is None else f".shard-{share.part}-of-{share.parts}")


def _lock_file(root: Path, share: BakeShare | None) -> Path:
    return state_folder() / "locks" / f"{_stem(root, share)}.lock"


def _record_of(root: Path, share: BakeShare | None) -> Path:
    """Return where it stands who holds a lock."""
    return state_folder() / "locks" / f"{_stem(root, share)}.json"


def _shares(root: Path) -> list[BakeShare]:
    """Return the shares of bakes that ever were at work in a project."""
    names = (path.name for path in (state_folder() / "locks").glob(f"{project_key(root)}.shard-*.lock"))
    return [BakeShare(int(found[1]), int(found[2])) for name in names if (found := _SHARE.search(name))]


def _content(record: Path) -> bytes:
    """Read a record, or as much as one may have. Raises OSError for what is no file."""
    with open_regular(record) as file:
        return file.read(RECORD_BYTES)


def _others(root: Path, share: BakeShare | None) -> list[BakeShare | None]:
    """Return those who must not be at work beside this one; shares of one count have no map in common."""
    others: list[BakeShare | None] = [None] if share is not None and _lock_file(root, None).exists() else []
    return others + [each for each in _shares(root) if share is None or each.parts != share.parts]


def _lock(file: Path) -> BaseFileLock:
    """Take the system's lock: one that is merely a file would outlive a killed process."""
    return FileLock(file, mode=0o600, thread_local=False, fallback_to_soft=False)


def _acquire(lock: BaseFileLock, root: Path, share: BakeShare | None) -> BaseFileLock:
    """Take a lock and return it. Raises BusyError."""
    try:
        lock.acquire(timeout=GRACE)
    except Timeout:
        what = f"another tilebake is at work in this project: {_read_holder(root, share)}"
        raise BusyError(
            what, where=Location(file=root), hint="end that one first, or leave the work to it"
        ) from None
    return lock


def _read_holder(root: Path, share: BakeShare | None) -> Holder:
    """Return who holds a taken lock, with some patience for one that has only just taken it."""
    try:
        return _living(_record_of(root, share)) or Holder(shown(root))
    except RetryError:
        return Holder(shown(root))


@retry(
    retry=retry_if_result(lambda told: told is None), stop=stop_after_delay(TELLING), wait=wait_fixed(0.02)
)
def _living(record: Path) -> Holder | None:
    """Read the holder from a record; None where it is missing, or left by a process that was killed."""
    try:
        told = _FORM.validate_json(_content(record))
    except (OSError, ValueError):  # another hand damaged it, or nobody has written it yet
        return None
    return told if told.pid is not None and pid_exists(told.pid) else None
