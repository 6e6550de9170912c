"""Find what a mistyped name or path was meant to be."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Final

from tilebake.errors import shown

_ALIKE: Final = 0.6  # difflib's ratio, from which on one name may be a slip of another
_LONGEST: Final = 200  # characters of a name that are compared
_MOST: Final = 2000  # entries of a folder that are compared


def find_near_name(name: str, known: Iterable[str]) -> str | None:
    """Return the name that is most like another, in whatever case; None where none is like it."""
    by_fold = {each.lower(): each for each in reversed([*known])}
    matches = get_close_matches(name[:_LONGEST].lower(), by_fold, n=1, cutoff=_ALIKE)
    return by_fold[matches[0]] if matches else None


def find_near_path(path: Path) -> Path | None:
    """Return the path that one which is not there was meant to be, each part the most like what is there.

    A file is like one of the same ending, or of the same name and an ending like its own; a name without its
    ending is like that with it. Returns None where nothing is like it, and where a folder cannot be read.
    """
    there = next((each for each in path.parents if os.path.lexists(each)), None)
    if there is None:
        return None
    for part in path.relative_to(there).parts:
        found = part if os.path.lexists(there / part) else _find_entry(there, part)
        if found is None:
            return None
        there /= found
    return there


def hint_at_path(path: Path, otherwise: str) -> str:
    """Make the hint for a path that is not there: the one that was meant, or what else to do."""
    near = find_near_path(path)
    return otherwise if near is None else f"did you mean {shown(near)}?"


def _find_entry(folder: Path, name: str) -> str | None:
    try:
        with os.scandir(folder) as entries:
            names = sorted(each.name for each in islice(entries, _MOST) if not each.name.startswith("."))
    except OSError:
        return None
    whole = [each for each in names if Path(each).stem.lower() == name.lower()]
    if whole:
        return whole[0]
    stem, suffix = Path(name).stem, Path(name).suffix.lower()
    alike = {Path(each).stem: each for each in names if Path(each).suffix.lower() == suffix}
    near = find_near_name(stem, alike)
    return _with_other_suffix(stem, suffix, names) if near is None else alike[near]


def _with_other_suffix(stem: str, suffix: str, names: Iterable[str]) -> str | None:
    """Return the name whose ending alone is another one, and like it: lake.json for lake.jsn."""
    by_suffix = {Path(each).suffix: each for each in names if Path(each).stem.lower() == stem.lower()}
    near = find_near_name(suffix, filter(None, by_suffix)) if suffix else None
    return None if near is None else by_suffix[near]
