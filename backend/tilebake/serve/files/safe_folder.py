"""Folder: a folder beneath a root, held open, so that no link can lead elsewhere what is written into it.

Where the system can name files relative to an open folder, a folder that is swapped for a link while it is
being written to stays the folder it was. Elsewhere (Windows) its path is checked anew before each use.
"""

import errno
import os
import stat
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from tilebake.errors import BakeError, Location

BY_HANDLE: Final = {os.open, os.mkdir, os.stat, os.rename, os.unlink, os.rmdir} <= os.supports_dir_fd

SHARING_ERRORS: Final = frozenset({5, 32, 33})  # Windows: another program has the file open for a moment
PATIENCE: Final = 2.5  # seconds for such a program to let go

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_BINARY: Final = getattr(os, "O_BINARY", 0)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)  # a pipe in a file's place must not hold us up
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY
_OLD: Final = os.O_RDONLY | _NO_LINK | _NO_WAIT | _BINARY
_FOLDER: Final = os.O_RDONLY | _NO_LINK | getattr(os, "O_DIRECTORY", 0)
_CANNOT_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP})  # some network drives, of folders


def _is_sharing_error(error: BaseException) -> bool:
    return getattr(error, "winerror", None) in SHARING_ERRORS


_patient: Final = retry(
    retry=retry_if_exception(_is_sharing_error),
    stop=stop_after_delay(PATIENCE),
    wait=wait_random(0.01, 0.1),
    reraise=True,
)


def patiently(call: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Try again what Windows refuses while a virus scanner or an editor has the file open."""
    again = _patient(call)

    @wraps(call)
    def attempt(*args: _Given.args, **named: _Given.kwargs) -> _Result:
        try:  # at its own cost: to begin to be patient takes ten times as long as to rename a file
            return call(*args, **named)
        except OSError as error:
            if not _is_sharing_error(error):
                raise
        return again(*args, **named)

    return attempt


class SafeFolder:
    """Hold an open folder. Its methods take plain names, follow no link, and raise OSError."""

    def __init__(self, path: Path, handle: int | None) -> None:
        self.path = path
        self._handle = handle

    def read(self, name: str, limit: int) -> bytes:
        """Read a regular file of at most `limit` bytes."""
        handle = os.open(self._at(name), _OLD, dir_fd=self._handle)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "not a regular file", name)
            if status.st_size > limit:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read(limit)
        finally:
            os.close(handle)

    def write(self, name: str, content: bytes, mode: int | None = None) -> None:
        """Make a new file, which is complete on the disk when this returns.

        `mode` says who may read and write it; without one, the user's umask does.
        """
        handle = os.open(self._at(name), _NEW, 0o666 if mode is None else mode, dir_fd=self._handle)
        try:
            if mode is not None and hasattr(os, "fchmod"):
                with suppress(OSError):  # some drives know no modes
                    os.fchmod(handle, mode)
            left = memoryview(content)
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    def touch(self, name: str) -> None:
        """Make an empty file that a power failure may take with it: nothing waits for the disk."""
        os.close(os.open(self._at(name), _NEW, 0o666, dir_fd=self._handle))

    @patiently
    def move(self, name: str, into: "SafeFolder") -> None:
        """Move a file into another folder, in one step, in place of what has its name there."""
        os.replace(self._at(name), into._at(name), src_dir_fd=self._handle, dst_dir_fd=into._handle)

    @patiently
    def remove(self, name: str) -> None:
        """Remove a file."""
        os.unlink(self._at(name), dir_fd=self._handle)

    def make_folder(self, name: str) -> None:
        """Make an empty folder."""
        os.mkdir(self._at(name), dir_fd=self._handle)

    @patiently
    def remove_folder(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(self._at(name), dir_fd=self._handle)

    def status(self, name: str) -> os.stat_result:
        """Return what the system knows of a file or folder."""
        return os.stat(self._at(name), dir_fd=self._handle, follow_symlinks=False)

    def names(self) -> list[str]:
        """List the names in this folder."""
        with os.scandir(self._check() if self._handle is None else self._handle) as found:
            return [each.name for each in found]

    def sync(self) -> None:
        """Wait until what was made, moved and removed in here will outlast a power failure."""
        if self._handle is None:  # Windows, where a rename needs no help to last
            return
        try:
            os.fsync(self._handle)
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                raise

    @contextmanager
    def folder(self, name: str) -> Generator["SafeFolder"]:
        """Open a folder in this one."""
        with _open(self.path / name, self._at(name), self._handle) as folder:
            yield folder

    def _at(self, name: str) -> str:
        """Return how a system call names something in this folder."""
        if Path(name).name != name or name in ("", ".."):
            raise ValueError(f"not a plain name: {name!r}")
        return name if self._handle is not None else str(self._check() / name)

    def _check(self) -> Path:
        if self.path.resolve() != self.path:
            raise NotADirectoryError(errno.ENOTDIR, "a link took the folder's place", str(self.path))
        return self.path


@contextmanager
def folder_inside(root: Path, folder: Path) -> Generator[SafeFolder]:
    """Open a folder beneath an existing root, and make it if it is not there.

    Links that lead to a place beneath the root are followed, but none that takes a folder's place later on.
    Raises BakeError where the folder lies outside the root, and OSError.
    """
    real_root, real = root.resolve(), folder.resolve()
    if not real.is_relative_to(real_root):
        what = f"the folder would lie outside {real_root}, at {real}"
        raise BakeError(what, where=Location(file=folder), hint="remove the link")
    with ExitStack() as opened:
        here = opened.enter_context(_open(real_root, str(real_root), None))
        for part in real.relative_to(real_root).parts:
            here = _enter(opened, here, part)
        yield here


def nearest_folder(path: Path) -> Path:
    """Return the folder, or the nearest one above it that exists: a root for a place that the user chose."""
    absolute = path.absolute()
    return next(each for each in (absolute, *absolute.parents) if each.is_dir())


def _enter(opened: ExitStack, here: SafeFolder, name: str) -> SafeFolder:
    """Open a folder in this one until `opened` ends, and make it if it is not there."""
    try:
        return opened.enter_context(here.folder(name))
    except FileNotFoundError:
        with suppress(FileExistsError):  # another process was as quick
            here.make_folder(name)
            here.sync()
        return opened.enter_context(here.folder(name))


@contextmanager
def _open(path: Path, at: str, handle: int | None) -> Generator[SafeFolder]:
    """Open a folder; `at` is its path, or its name in the folder of this handle."""
    if not BY_HANDLE:
        if not stat.S_ISDIR(path.lstat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        yield SafeFolder(path, None)
        return
    opened = os.open(at, _FOLDER, dir_fd=handle)
    try:
        yield SafeFolder(path, opened)
    finally:
        os.close(opened)
