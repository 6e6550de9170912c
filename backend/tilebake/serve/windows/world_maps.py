"""Read the maps that belong to one world with another, each once until its file changes."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tilebake.errors import Location, MapError
from tilebake.level.formats.beside import Beside
from tilebake.level.formats.list_parts import list_parts
from tilebake.level.formats.part import Part, file_of, part_of, part_path
from tilebake.level.formats.read_once import ReadOnce
from tilebake.level.project import FILE_NAME, Project
from tilebake.level.tilemap import TileMap
from tilebake.serve.files.file_stamp import FileStamp, FileStamps, stamp_of, stamps_of

ReadMap = Callable[[Path, Project], tuple[TileMap, FileStamps]]


class _Kept(NamedTuple):
    project: Project
    tilemap: TileMap
    stamps: FileStamps


class _KeptParts(NamedTuple):
    stamp: FileStamp | None
    parts: tuple[Part, ...]


class WorldMaps:
    """Keep the maps of worlds. `read` reads one, and stamps the files that it is read from before it is."""

    def __init__(self, read: ReadMap, once: ReadOnce) -> None:
        self._read = read
        self._once = once
        self._maps: dict[Path, _Kept] = {}
        self._parts: dict[Path, _KeptParts] = {}

    def read(self, path: Path, project: Project) -> tuple[TileMap, FileStamps]:
        """Read a map; a level of a large file, whose neighbours need it too, once until a file changes.

        Raises what reading raises.
        """
        if part_of(path) is None or stamp_of(file_of(path)) is None:
            return self._read(path, project)
        kept = self._map(path, project)
        return kept.tilemap, kept.stamps

    def others(self, map_path: Path, project: Project) -> tuple[TileMap, ...]:
        """Return the other maps of a map's world, in the order of the project's file; none without one.

        Raises MapError for one that cannot be read or is not there, and OSError.
        """
        return tuple(self._map(path, project).tilemap for path in self._others(map_path, project))

    def stamps(self, map_path: Path, project: Project) -> FileStamps:
        """Return the stamps of all files that the other maps of a map's world were read from."""
        others = self._others(map_path, project)
        kept = [self._maps[path].stamps for path in others if path in self._maps]
        return {path: stamp for stamps in kept for path, stamp in stamps.items()}

    def _map(self, path: Path, project: Project) -> _Kept:
        if stamp_of(file_of(path)) is None:
            hint = f"take it out of [worlds] in {FILE_NAME}, or put it there"
            raise MapError("a map of a world is not there", where=Location(path), hint=hint)
        kept = self._maps.get(path)
        if kept is None or kept.project != project or stamps_of(kept.stamps) != kept.stamps:
            self._maps[path] = kept = _Kept(project, *self._read(path, project))
        return kept

    def _others(self, map_path: Path, project: Project) -> tuple[Path, ...]:
        """Return the other maps in a map's world, none where it belongs to none."""
        name, file = part_of(map_path), file_of(map_path)
        if name is None:
            return project.worlds.others(map_path)
        parts = self._parts_of(file)
        world = next((part.world for part in parts if part.name == name), None)
        if world is None:
            return ()
        return tuple(
            part_path(file, part.name) for part in parts if part.world == world and part.name != name
        )

    def _parts_of(self, file: Path) -> tuple[Part, ...]:
        """Return the maps in a file, which is read for that once until it changes."""
        kept, stamp = self._parts.get(file), stamp_of(file)
        if kept is None or kept.stamp != stamp:
            kept = _KeptParts(stamp, list_parts(file, Beside(once=self._once)) or ())
            self._parts[file] = kept
        return kept.parts
