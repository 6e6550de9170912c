"""Walk the folders in which maps lie: one reader of folders, for a bake's search and a watch's looks."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.level.map_names import may_be_map

IGNORE_MARK: Final = ".gdignore"


class PassedOver(NamedTuple):
    """Tell what a walk did not look into, and why."""

    path: Path
    why: str
    is_problem: bool  # something that its user has to mend; else a note


OnPassed = Callable[[PassedOver], None]


def map_candidates(
    top: Path, on_passed: OnPassed | None = None, *, tells_links: bool = True
) -> Iterator["os.DirEntry[str]"]:
    """Yield what could be a map by its name, in a folder and in those below it, in any order.

    Hidden files and folders and those folders that hold `.gdignore` are skipped. Links to folders are not
    followed, for they may lead in circles; links to files are. Nothing is opened.

    `on_passed` is told of folders that cannot be read, and of links unless `tells_links` says otherwise.
    """
    waiting = [str(top.absolute())]
    while waiting:
        folder = waiting.pop()
        entries = _entries(folder, on_passed)
        if folder != str(top.absolute()) and any(entry.name == IGNORE_MARK for entry in entries):
            continue
        for entry in entries:
            if _is_real_folder(entry):
                if not entry.name.startswith("."):
                    waiting.append(entry.path)
            elif tells_links and on_passed is not None and (why := _why_passed(entry)):
                on_passed(PassedOver(Path(entry.path), why, is_problem=False))
            elif may_be_map(entry.name):
                yield entry


def folders_below(top: Path, on_passed: OnPassed | None = None) -> Iterator[tuple[Path, list[str]]]:
    """Yield a folder and those below it that maps and their pictures may lie in, in order, with all names.

    `on_passed` is told of a folder that cannot be read.
    """
    entries = sorted(_entries(str(top), on_passed), key=lambda each: each.name)
    yield top, [each.name for each in entries]
    for entry in entries:
        hides = entry.name.startswith(".") or os.path.lexists(top / entry.name / IGNORE_MARK)
        if not hides and _is_real_folder(entry):
            yield from folders_below(top / entry.name, on_passed)


def _entries(folder: str, on_passed: OnPassed | None) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        if on_passed is not None:
            why = f"the folder cannot be read: {error.strerror or type(error).__name__}"
            on_passed(PassedOver(Path(folder), why, is_problem=True))
        return []


def _is_real_folder(entry: "os.DirEntry[str]") -> bool:
    """Tell whether this is a folder and no link or Windows junction: either may lead in circles."""
    try:
        if not entry.is_dir(follow_symlinks=False):
            return False
        if sys.platform != "win32":
            return True
        return entry.stat(follow_symlinks=False).st_reparse_tag != stat.IO_REPARSE_TAG_MOUNT_POINT
    except OSError:
        return False


def _why_passed(entry: "os.DirEntry[str]") -> str:
    """Say why a link is passed over where one might have wished for more; empty for all else."""
    if entry.name.startswith("."):
        return ""
    try:
        if entry.is_dir():
            return "a link to a folder, which is not followed"
        if may_be_map(entry.name) and entry.is_symlink() and not entry.is_file():
            entry.stat()
    except OSError:
        return "a link to nothing" if may_be_map(entry.name) else ""
    return ""
