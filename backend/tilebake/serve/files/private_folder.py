"""Folders that are their owner's alone: what lies in them tells of projects, and is believed later on."""

import os
import stat
import sys
from pathlib import Path
from typing import Final

from tilebake.errors import BakeError, Location

OWNER_ONLY: Final = 0o700
_OTHERS: Final = 0o077


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner may look into, or make an existing one so; return it.

    Raises BakeError for another's folder, and OSError.
    """
    folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    if sys.platform == "win32":  # there, the folders of a user are closed to others as they are
        return folder
    status = folder.stat()
    refuse_anothers(folder, status)
    if status.st_mode & _OTHERS:
        folder.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)
    return folder


def refuse_anothers(path: Path, status: os.stat_result) -> None:
    """Raise BakeError for what belongs to another user, who may have put anything there."""
    if sys.platform != "win32" and status.st_uid != os.geteuid():
        hint = "name a folder of your own by TILEBAKE_CACHE and TILEBAKE_STATE"
        raise BakeError("belongs to another user, and is not believed", where=Location(path), hint=hint)
