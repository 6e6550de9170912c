"""Read the maps that belong to one world with another, each once until its file changes."""

from collections.abc import Callable
from pathlib import Path

from tilebake.errors import Location, MapError
from tilebake.level.project import FILE_NAME, Project
from tilebake.level.tilemap import TileMap
from tilebake.serve.files.file_stamp import FileStamp, stamp_of

ReadMap = Callable[[Path, Project], TileMap]


class WorldMaps:
    """Keep the maps of worlds. `read` reads one."""

    def __init__(self, read: ReadMap) -> None:
        self._read = read
        self._maps: dict[Path, tuple[FileStamp | None, Project, TileMap]] = {}

    def others(self, map_path: Path, project: Project) -> tuple[TileMap, ...]:
        """Return the other maps of a map's world, in the order of the project's file; none without one.

        Raises MapError for one that cannot be read or is not there, and OSError.
        """
        return tuple(self._map(path, project) for path in other_files(map_path, project))

    def _map(self, path: Path, project: Project) -> TileMap:
        stamp = stamp_of(path)
        if stamp is None:
            hint = f"take it out of [worlds] in {FILE_NAME}, or put it there"
            raise MapError("a map of a world is not there", where=Location(path), hint=hint)
        kept = self._maps.get(path)
        if kept is None or kept[:2] != (stamp, project):
            self._maps[path] = kept = (stamp, project, self._read(path, project))
        return kept[2]


def other_files(map_path: Path, project: Project) -> tuple[Path, ...]:
    """Return the files of the other maps in a map's world, none where it belongs to none."""
    own = map_path.resolve()
    world = next((maps for maps in project.worlds.values() if own in maps), ())
    return tuple(path for path in world if path != own)
