"""Find the map files that the paths on a command line mean."""

import os
import re
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.errors import Location, MapError, shown
from tilebake.level.formats.beside import Beside
from tilebake.level.formats.list_parts import list_parts
from tilebake.level.formats.part import file_of, part_path
from tilebake.level.map_formats import format_of
from tilebake.level.map_names import is_written_here, may_be_map
from tilebake.level.source.encoding import open_regular
from tilebake.near_names import hint_at_path
from tilebake.serve.files.map_walk import PassedOver, map_candidates

WHAT_MAPS_ARE: Final = (
    'maps are .json files with "tilebake": 1, or those of Tiled (.tmx, .tmj) and LDtk (.ldtk)'
)
SNIFF_LIMIT: Final = 64 << 20  # bytes; a larger file is no map
LOOK_LIMIT: Final = 1 << 16  # bytes of what is no map, in which a map's parts are looked for
_PARTS: Final = tuple(
    re.compile(rb"""["']%s["']\s*:""" % keys) for keys in (b"(rows|cells|layers)", b"terrains")
)
_MARKS: Final = "\ufeff\ufffd"  # of the byte order, read as UTF-8


class FoundMap(NamedTuple):
    """Hold a map file, and its path below the argument that led to it: its place in an output folder."""

    path: Path
    relative: Path


def find_maps(
    paths: Iterable[Path],
    on_error: Callable[[MapError], None] | None = None,
    on_note: Callable[[str], None] | None = None,
) -> list[FoundMap]:
    """Find every file named, and every map in every folder named, each once, in a stable order.

    In folders, files are maps if their names and what they hold say so (`level.map_formats`); empty ones
    count too, for a map whose saving failed should be reported, not passed over. `on_note` is told which
    links are not followed. Records are passed over where `*.json` names them too.

    `on_error` is told of a path that is not there, of a folder that cannot be read and of one without maps;
    without it, MapError is raised for the first of them.
    """
    search = _Search(_raise if on_error is None else on_error, on_note)
    found: dict[Path, FoundMap] = {}
    named = [*paths]
    for path in [path for path in named if not is_written_here(path.name)] or named:
        for each in search.maps_at(path):
            found.setdefault(each.path.absolute(), each)
    return list(found.values())


class _Search:
    """Look for maps, and tell what is in the way."""

    def __init__(self, on_error: Callable[[MapError], None], on_note: Callable[[str], None] | None) -> None:
        self._on_error = on_error
        self._on_note = on_note

    def maps_at(self, path: Path) -> list[FoundMap]:
        """Return the map of this path, or the maps in it."""
        try:
            mode = file_of(path).stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            self._fail(path, "no such file or folder", hint_at_path(path, "check the path"))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            self._fail(path, f"cannot be examined: {why}", "check links and permissions")
        else:
            return self._maps_below(path) if stat.S_ISDIR(mode) else _maps_in(path, Path(path.name))
        return []

    def _maps_below(self, folder: Path) -> list[FoundMap]:
        passed: list[PassedOver] = []
        top = folder.absolute()
        relative = (Path(entry.path).relative_to(top) for entry in map_candidates(folder, passed.append))
        maps: list[FoundMap] = []
        for each in sorted(relative, key=lambda each: (each.parent.parts, each.name)):
            if is_map(folder / each):
                maps.extend(_maps_in(folder / each, each))
            elif self._on_note is not None and resembles_map(folder / each):
                what = 'looks like a map, but has no "tilebake": 1 in double quotes, and is left out'
                self._on_note(f"{shown(folder / each)} {what}")
        for each in passed:
            self._tell(each)
        if not maps and not any(each.is_problem for each in passed):
            hint = f"{WHAT_MAPS_ARE}; links are not followed" if passed else WHAT_MAPS_ARE
            self._fail(folder, "no map in this folder", hint)
        return maps

    def _tell(self, passed: PassedOver) -> None:
        if passed.is_problem:
            self._fail(passed.path, passed.why, "check its permissions")
        elif self._on_note is not None:
            self._on_note(f"{shown(passed.path)} is {passed.why}")

    def _fail(self, path: Path, what: str, hint: str) -> None:
        self._on_error(MapError(what, where=Location(file=path), hint=hint))


def _maps_in(path: Path, relative: Path) -> list[FoundMap]:
    """Return the maps of a file, or the one of them that is named; the file itself if it is damaged."""
    try:
        parts = list_parts(path, Beside())
    except MapError:  # planning it will say what is wrong
        parts = None
    if parts is None:
        return [FoundMap(path, relative)]
    return [FoundMap(part_path(path, part.name), part_path(relative, part.name)) for part in parts]


def _raise(error: MapError) -> None:
    raise error


def resembles_map(path: Path) -> bool:
    """Tell whether a file that is no map was probably meant as one: it holds tiles and what they are."""
    try:
        with open_regular(path) as file:
            content = file.read(LOOK_LIMIT)
    except OSError:
        return False
    return all(each.search(content) for each in _PARTS)


def is_map(path: Path) -> bool:
    """Tell whether a file is to be read as a map: what it holds says so, or it cannot be looked into."""
    known = format_of(path.name)
    if known is None or not may_be_map(path.name):
        return False
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > SNIFF_LIMIT:
                return False
            content = file.read(SNIFF_LIMIT)
    except FileNotFoundError:  # gone meanwhile
        return False
    except OSError:
        return True  # reading it as a map will say what is wrong
    content = content.replace(b"\0", b"")  # of UTF-16, which is told as such
    if known.mark not in content:
        return not content
    return known.is_one(content.decode("utf-8", "replace").lstrip(_MARKS))
