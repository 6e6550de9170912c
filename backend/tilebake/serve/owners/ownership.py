"""Say whose a file is: a bake replaces what is its own, which the record beside the picture proves.

Three files belong to a map: picture, record and report. Whatever else stands in their places is a user's.
Pages prove by their names whose they are (serve/pages).
"""

import errno
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final, Literal

from tilebake.errors import BakeError, Location
from tilebake.level.map_names import RECORD_SUFFIX
from tilebake.level.source.encoding import NotRegularError, open_regular
from tilebake.level.source.json_positions import has_key
from tilebake.serve.files.safe_folder import SafeFolder
from tilebake.serve.pages.manifest import PAGES, pages_folder

REPORT_SUFFIX: Final = ".report.png"
RECORD_LIMIT: Final = 4 << 20  # bytes; ours have about a thousand, and some hundred for each page
POINTER: Final = b"version https://git-lfs"

_WRITE_BITS: Final = 0o222
_FORCE: Final = "move it away, or let `tilebake bake --force` replace it"


class _TooLargeError(OSError):
    """Signal a file that is larger than any record."""


def record_path(png: Path) -> Path:
    """Return where the record of a texture is: `maps/forest.png` has `maps/forest.bake.json`."""
    return png.with_name(png.stem + RECORD_SUFFIX)


def report_path(png: Path) -> Path:
    """Return where the picture of a texture's report is: `maps/forest.png` has `maps/forest.report.png`."""
    return png.with_name(png.stem + REPORT_SUFFIX)


def files_of(png: Path) -> tuple[Path, Path, Path]:
    """Return what a published picture is read from: picture, record, and the folder of its pages."""
    return png, record_path(png), pages_folder(png)


def is_there(png: Path) -> bool:
    """Tell whether anything stands where a picture or its pages go."""
    return os.path.lexists(png) or os.path.lexists(pages_folder(png))


def read_record(png: Path) -> Mapping[str, object] | None:
    """Read the record of a texture; None where there is none that can be read."""
    try:
        record: object = json.loads(_content(record_path(png), RECORD_LIMIT))
    except (OSError, ValueError, RecursionError):  # a record that another hand damaged is no record
        return None
    return record if isinstance(record, dict) else None


def refuse_pointer(png: Path) -> None:
    """Raise BakeError for a Git LFS pointer that stands where the picture is due."""
    try:
        with open_regular(png) as file:
            is_pointer = file.read(len(POINTER)) == POINTER
    except OSError:
        return
    if is_pointer:
        what = "is a Git LFS pointer, not the picture itself"
        raise BakeError(what, where=Location(png), hint="run `git lfs pull`")


def refuse_unwritable(place: SafeFolder, names: Iterable[str]) -> None:
    """Raise BakeError for a read-only file: some who share files say so by its mode. Raises OSError.

    Before the first is written: a picture that cannot be replaced keeps its record.
    """
    for name in names:
        try:
            mode = place.status(name).st_mode
        except FileNotFoundError:
            continue
        if S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
        if S_ISREG(mode) and not mode & _WRITE_BITS:
            hint = "check it out or make it writable, and bake again"
            raise BakeError("is read-only", where=Location(place.path / name), hint=hint)


def refuse_foreign(png: Path, *, has_same_pixels: bool, with_report: bool) -> None:
    """Raise BakeError where a bake would replace a file that tilebake did not make.

    A picture without a record, or beside the pages that its record lists, is ours only if its pixels are
    those that were baked.
    """
    refuse_pointer(png)
    owner = _owner_of_record(record_path(png))
    is_claimed = owner != "nobody" and PAGES not in (read_record(png) or {})
    if owner == "a user":
        what = "stands where the record of a bake goes, and is none"
        raise BakeError(what, where=Location(record_path(png)), hint=_FORCE)
    if not is_claimed and not has_same_pixels and _is_there(png):
        what = f"tilebake did not make this picture, as far as it can tell by {record_path(png).name}"
        raise BakeError(what, where=Location(png), hint=_FORCE)
    if with_report and _is_there(report_path(png)) and "placement" not in (read_record(png) or {}):
        what = "stands where the report of a bake goes, and is none as far as the record tells"
        raise BakeError(what, where=Location(report_path(png)), hint=_FORCE)


def is_record(content: object) -> bool:
    """Tell whether a JSON value is a record of a bake."""
    return isinstance(content, dict) and {"digest", "pixel_hash", "png_hash"} <= content.keys()


def _owner_of_record(path: Path) -> Literal["tilebake", "a user", "nobody"]:
    """Tell whose the file is that stands in a record's place; a damaged record is still a record."""
    if not _is_there(path):
        return "nobody"
    try:
        text = _content(path, RECORD_LIMIT).decode("utf-8", "replace")
    except (NotRegularError, _TooLargeError):
        return "a user"
    try:
        return "tilebake" if is_record(json.loads(text)) else "a user"
    except (ValueError, RecursionError):
        is_map = has_key(text, "tilebake") and '"digest"' not in text
        return "a user" if is_map else "tilebake"


def _is_there(path: Path) -> bool:
    return path.is_symlink() or (path.exists() and not path.is_dir())  # which no file replaces


def _content(path: Path, limit: int) -> bytes:
    with open_regular(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise _TooLargeError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content
