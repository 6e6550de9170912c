"""Keep two maps from sharing one texture path."""

from pathlib import Path

from tilebake.errors import BakeError, Location


class TextureOwners:
    """Record whose place is taken. Who comes first has it, until it is released."""

    def __init__(self) -> None:
        self._owners: dict[str, Path] = {}
        self._places: dict[Path, str] = {}

    def claim(self, png: Path, map_path: Path) -> None:
        """Take the place of a map's texture, its only one. Raises BakeError if another map has it.

        Upper and lower case are one, for there are file systems that take them so.
        """
        place = str(png.absolute()).casefold()
        owner = self._owners.get(place, map_path)
        if owner != map_path:
            what = f"its texture would overwrite that of {owner}"
            raise BakeError(what, where=Location(file=map_path), hint="rename one of the maps")
        self.release(map_path)
        self._owners[place] = map_path
        self._places[map_path] = place

    def release(self, map_path: Path) -> None:
        """Give back whatever a map has."""
        if (place := self._places.pop(map_path, None)) is not None:
            del self._owners[place]
