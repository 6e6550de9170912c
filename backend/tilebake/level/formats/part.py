"""Name one map of a file that holds several: `world.ldtk#Level_0` is the level Level_0 of world.ldtk."""

import re
from pathlib import Path
from typing import Final, NamedTuple

_PART: Final = re.compile(r"(?P<file>.*\.ldtk)#(?P<part>[A-Za-z0-9_]+)", re.IGNORECASE | re.DOTALL)


class Part(NamedTuple):
    """Name a map of a file, and its world: maps of one world are painted as parts of it."""

    name: str
    world: str | None  # None for a map that stands alone


def file_of(map_path: Path) -> Path:
    """Return the file that holds a map: the path itself, but for a map that is a part of a file."""
    found = _PART.fullmatch(map_path.name)
    return map_path if found is None else map_path.with_name(found["file"])


def part_of(map_path: Path) -> str | None:
    """Return the name that a map has in its file; None for one that is a file of its own."""
    found = _PART.fullmatch(map_path.name)
    return None if found is None else found["part"]


def part_path(file: Path, part: str) -> Path:
    """Return the path of a map that is a part of a file."""
    return file.with_name(f"{file.name}#{part}")
