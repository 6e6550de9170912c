"""Folders that are their owner's alone: what lies in them tells of projects, and is believed later on."""

import os
import stat
import sys
from pathlib import Path
from typing import Final

from tilebake.errors import BakeError, Location

OWNER_ONLY: Final = 0o700
_OTHERS: Final = 0o077
_OTHERS_WRITE: Final = 0o022


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner may look into, or make an existing one so; return it.

    It has to be a folder that nobody but tilebake uses, not one that a user named: that might be /tmp.
    Raises BakeError for another's folder, and OSError.
    """
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=OWNER_ONLY, exist_ok=True)
    if sys.platform == "win32":  # there, the folders of a user are closed to others as they are
        return folder
    status = folder.stat()
    _refuse_anothers(folder, status)
    if status.st_mode & _OTHERS:
        folder.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)
    return folder


def is_believed(folder: Path) -> bool:
    """Tell whether what lies in a folder may be believed: nobody else can have put it there."""
    if sys.platform == "win32":
        return True
    try:
        status = folder.stat()
    except OSError:
        return False
    return is_own(status) and not status.st_mode & _OTHERS_WRITE


def is_own(status: os.stat_result) -> bool:
    """Tell whether a file or folder belongs to this user."""
    return sys.platform == "win32" or status.st_uid == os.geteuid()


def _refuse_anothers(path: Path, status: os.stat_result) -> None:
    if not is_own(status):
        hint = "name a folder of your own by TILEBAKE_CACHE and TILEBAKE_STATE"
        raise BakeError("belongs to another user, and is not believed", where=Location(path), hint=hint)
