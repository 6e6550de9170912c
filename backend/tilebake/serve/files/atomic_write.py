"""Files that appear whole or not at all: written and synced in a staging folder, then renamed into place.

The staging folder lies in the folder that the files are for. Godot passes it over (a dot in its name,
`.gdignore` in it), so that the editor never imports half a picture. Its name says whose it is, so that what a
killed process left is told from what a living one is writing.
"""

import contextlib
import functools
import hashlib
import os
import re
import secrets
import socket
import stat
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Final

from tilebake.errors import BakeError
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.files.safe_folder import SafeFolder, folder_inside, nearest_folder

STRAY_AGE: Final = (
    3600.0  # seconds after which another machine's staging folder is a stray; publishing takes one
)

_STAGED: Final = ".tilebake-"
_STAGE: Final = re.compile(
    re.escape(_STAGED) + r"(?P<machine>[0-9a-f]{8})-(?P<process>[0-9]{1,10})-[0-9a-f]{8}"
)
_ANY_SIZE: Final = 1 << 30  # bytes of a file that is compared
_LARGEST_PROCESS: Final = 2**31 - 1  # more is no number of a process, and makes the system's calls fail


def write_files(folder: Path, files: Mapping[str, bytes], mode: int | None = None) -> None:
    """Write files, by name, into a folder of the user's own choice, which is made if it is not there.

    `mode` says who may read and write them.

    Raises BakeError naming the first of them.
    """
    with disk_errors(folder / next(iter(files))), folder_inside(nearest_folder(folder), folder) as place:
        put_files(place, files, mode)


def put_files(place: SafeFolder, files: Mapping[str, bytes], mode: int | None = None) -> None:
    """Write files, by name: all are complete on the disk before the first takes its place. Raises OSError.

    Without a mode, a file that takes another's place may be read and written by whom that one was.
    """
    _sweep(place)
    with _stage(place) as stage:
        for name, content in files.items():
            stage.write(name, content, mode or _mode_of(place, name))
        for name in files:
            stage.move(name, place)
        place.sync()


def replace_file(path: Path, before: bytes, after: bytes) -> bool:
    """Put new content into a file, if it still holds what it did; False if somebody saved it meanwhile.

    Compared when all that is left to do is one rename. Raises BakeError.
    """
    with disk_errors(path), folder_inside(path.parent, path.parent) as place:
        _sweep(place)
        with _stage(place) as stage:
            stage.write(path.name, after, _mode_of(place, path.name))
            if place.read(path.name, _ANY_SIZE) != before:
                return False
            stage.move(path.name, place)
            place.sync()
    return True


def sweep(root: Path) -> None:
    """Remove what killed processes left in a folder and in those below it; what cannot be removed stays."""
    for place, folders, _ in os.walk(root):
        left = any(_STAGE.fullmatch(name) for name in folders)
        folders[:] = [name for name in folders if not name.startswith(".")]
        if left:
            with contextlib.suppress(OSError, BakeError):
                sweep_folder(root, Path(place))


def sweep_folder(root: Path, folder: Path) -> None:
    """Remove what killed processes left in one folder beneath a root. Raises OSError and BakeError."""
    if folder.is_dir():
        with folder_inside(root, folder) as place:
            _sweep(place)


def _mode_of(place: SafeFolder, name: str) -> int | None:
    try:
        mode = place.status(name).st_mode
    except FileNotFoundError:
        return None
    return stat.S_IMODE(mode) & 0o777 if stat.S_ISREG(mode) else None


@contextlib.contextmanager
def _stage(place: SafeFolder) -> Generator[SafeFolder]:
    name = f"{_STAGED}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    place.make_folder(name)
    try:
        with place.folder(name) as stage:
            stage.touch(".gdignore")
            yield stage
    finally:
        with contextlib.suppress(OSError):  # what stays is swept later
            _remove_stage(place, name)


def _remove_stage(place: SafeFolder, name: str) -> None:
    with place.folder(name) as stage:
        for each in stage.names():
            stage.remove(each)
    place.remove_folder(name)


def _sweep(place: SafeFolder) -> None:
    for name in place.names():
        if not name.startswith(_STAGED):  # a quick look: a folder may hold thousands
            continue
        with contextlib.suppress(OSError):  # its owner removed it meanwhile, or we may not
            if (stage := _STAGE.fullmatch(name)) and _is_stray(place, stage):
                _remove_stage(place, name)


def _is_stray(place: SafeFolder, stage: re.Match[str]) -> bool:
    """Tell whether a staging file was left behind: by a dead process here, or long ago by another machine."""
    from psutil import pid_exists

    if stage["machine"] == _machine():
        process = int(stage["process"])
        return process > _LARGEST_PROCESS or not pid_exists(process)
    return time.time() - place.status(stage[0]).st_mtime > STRAY_AGE


@functools.cache
def _machine() -> str:
    """Return a short name for where process numbers mean what they mean here: a machine, or a container."""
    name = socket.gethostname()
    with contextlib.suppress(OSError):  # Linux alone has it
        name += str(Path("/proc/self/ns/pid").readlink())
    return hashlib.sha256(name.encode()).hexdigest()[:8]
