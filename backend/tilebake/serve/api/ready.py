"""Write and read the ready file: where a project's backend listens, and its token, for its own user only.

It lies in the user's runtime folder, never in the project, which may be shared or published. The token
changes with every start.
"""

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
from pydantic import TypeAdapter, ValidationError

from tilebake.errors import Location, ServeError
from tilebake.level.project import project_key
from tilebake.serve.valid_text import json_bytes
from tilebake.user_folders import runtime_folder
from tilebake.version import __version__

ADDRESS: Final = "127.0.0.1"  # never a name: names can be made to lead elsewhere
TOKEN_BYTES: Final = 32
SIZE_LIMIT: Final = 16 << 10  # bytes; ours have a few hundred

# Neither through a link, nor waiting for the other end of a pipe; Windows has neither flag.
_AS_IT_STANDS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True)
class Ready:
    """Hold how to reach a running backend."""

    address: str
    port: int
    token: str = field(repr=False)  # in no log and no traceback
    pid: int
    project: str  # its root
    version: str

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`: the only `Host` that the server answers to."""
        return f"{self.address}:{self.port}"


_FORM: Final = TypeAdapter(Ready)


def ready_file(root: Path) -> Path:
    """Return the ready file's path for the project at `root`. Raises ServeError if there is none."""
    return runtime_folder() / f"{project_key(root)}.json"


def new_ready(root: Path, port: int) -> Ready:
    """Describe the current process, serving the project at `root` on a port, with a fresh token."""
    token = secrets.token_hex(TOKEN_BYTES)
    return Ready(ADDRESS, port, token, os.getpid(), str(root.resolve()), __version__)


@contextlib.contextmanager
def announce(ready: Ready, file: Path) -> Generator[None]:
    """Keep a ready file in place for the time of the block. One that a dead backend left is replaced.

    Only the holder of the project's lock announces itself, so what stands there is never a living one's.
    Raises ServeError.
    """
    try:
        _make_private(file.parent)
        _publish(ready, file)
    except OSError as error:
        raise ServeError(f"the ready file cannot be written: {error}", where=Location(file=file)) from error
    try:
        yield
    finally:
        _withdraw(ready, file)


def read_ready(file: Path) -> Ready:
    """Read how to reach the backend that wrote this file.

    Raises ServeError when none did, when another user could have, or when that backend is gone. A process
    that has taken over its pid or its port is told by the challenge alone.
    """
    ready = _read(file)
    if not psutil.pid_exists(ready.pid):
        what, hint = f"the backend (pid {ready.pid}) is gone", "start `tilebake watch`"
        raise ServeError(what, where=Location(file=file), hint=hint)
    return ready


def _publish(ready: Ready, file: Path) -> None:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with open(draft, "xb", opener=_open_private) as target:
            target.write(json_bytes(_FORM, ready))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | _AS_IT_STANDS, 0o600)


def _withdraw(ready: Ready, file: Path) -> None:
    """Remove our ready file; a later backend's stays."""
    with contextlib.suppress(OSError, ServeError):
        if _read(file).token == ready.token:
            file.unlink()


def _read(file: Path) -> Ready:
    place = Location(file=file)
    try:
        with open(file, "rb", opener=_open_private) as source:
            _check_owner(source.fileno())
            return _FORM.validate_json(source.read(SIZE_LIMIT), strict=True)
    except FileNotFoundError:
        raise ServeError(
            "no backend serves this project", where=place, hint="start `tilebake watch`"
        ) from None
    except OSError as error:
        raise ServeError(
            f"the ready file cannot be trusted: {error}", where=place, hint="remove it"
        ) from error
    except ValidationError:
        raise ServeError("this is no ready file", where=place, hint="remove it") from None


def _make_private(folder: Path) -> None:
    """Make a folder that nobody else can look into; one of ours that others can is closed to them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":
        return  # the user's own profile, closed to others by inheritance
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            raise PermissionError(f"{folder} belongs to another user")
        os.fchmod(handle, 0o700)
    finally:
        os.close(handle)


def _check_owner(handle: int) -> None:
    """Raise PermissionError for a file that another user may have written or may read."""
    if sys.platform == "win32":
        return
    status = os.fstat(handle)
    ours = status.st_uid == os.geteuid() and stat.S_ISREG(status.st_mode)
    if not ours or stat.S_IMODE(status.st_mode) & 0o077:
        raise PermissionError("it is not a file that its owner alone can read")
