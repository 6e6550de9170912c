"""Refuse places that cannot be written to, before anything is painted for them.

What is asked here is asked again when it is written: a disk may fill up and a mode may change meanwhile.
"""

import errno
import os
from pathlib import Path

from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.files.safe_folder import folder_inside
from tilebake.serve.owners.ownership import record_path, refuse_unwritable
from tilebake.serve.pages.manifest import IGNORED, pages_folder


def refuse_closed_place(png: Path, root: Path) -> None:
    """Raise BakeError where a texture cannot be published, as far as the disk tells without writing."""
    refuse_closed_folder(png)
    if pages_folder(png).is_dir():
        refuse_closed_folder(pages_folder(png) / IGNORED)
    if png.parent.is_dir():
        with disk_errors(png), folder_inside(root, png.parent) as place:
            refuse_unwritable(place, (record_path(png).name, png.name))


def refuse_closed_folder(file: Path) -> None:
    """Raise BakeError where a file's folder takes no new files, or cannot be made."""
    absolute = file.absolute()
    with disk_errors(file):
        nearest = next(each for each in absolute.parents if os.path.lexists(each))
        if not nearest.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(nearest))
        if not _is_open(nearest):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(nearest))


def _is_open(folder: Path) -> bool:
    """Tell whether this process may list a folder and make files in it."""
    return os.access(
        folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids
    )
