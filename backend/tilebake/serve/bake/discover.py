"""Find the map files that the paths on a command line mean."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Final, NamedTuple

from tilebake.errors import Location, MapError
from tilebake.level.map_formats import format_of
from tilebake.level.map_names import may_be_map

SNIFF_LIMIT: Final = 64 << 20  # bytes; a larger file is no map


class FoundMap(NamedTuple):
    """Hold a map file, and its path below the argument that led to it: its place in an output folder."""

    path: Path
    relative: Path


def find_maps(paths: Iterable[Path]) -> list[FoundMap]:
    """Find every file named, and every map in every folder named, each once, in a stable order.

    In folders, files are maps if their names and a mark in them say so (`level.map_formats`); empty ones
    count too, for a map whose saving failed should be reported, not passed over. Hidden folders and those
    that hold `.gdignore` are skipped, and links to folders are not followed.

    Raises MapError when a path is not there, or when a folder holds no map at all.
    """
    found: dict[Path, FoundMap] = {}
    for path in paths:
        for each in _maps_at(path):
            found.setdefault(each.path.absolute(), each)
    return list(found.values())


def shard(maps: Sequence[FoundMap], index: int, count: int) -> list[FoundMap]:
    """Return the share of the `index`-th of `count` machines, counted from 1: every map has exactly one."""
    return list(maps[index - 1 :: count])


def _maps_at(path: Path) -> Iterable[FoundMap]:
    if path.is_dir():
        maps = [FoundMap(each, each.relative_to(path)) for each in _maps_below(path)]
        if not maps:
            raise MapError(
                "no map in this folder",
                where=Location(file=path),
                hint='maps are .json files with "tilebake": 1',
            )
        return maps
    if not path.exists():
        raise MapError("no such file or folder", where=Location(file=path), hint="check the path")
    return [FoundMap(path, Path(path.name))]


def _maps_below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not (here / name / ".gdignore").exists()
        )
        yield from (here / name for name in sorted(names) if is_map(here / name))


def is_map(path: Path) -> bool:
    """Tell whether a file is to be read as a map: it has the key, or cannot be looked into."""
    known = format_of(path.name)
    if known is None or not may_be_map(path.name):
        return False
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            return True  # opening a pipe would wait for its other end
        if status.st_size > SNIFF_LIMIT:
            return False
        content = path.read_bytes()
    except OSError:
        return True  # reading it as a map will say what is wrong
    return not content or known.mark in content.replace(b"\0", b"")  # NUL: UTF-16, which is told as such
