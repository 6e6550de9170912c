"""Keep two maps from sharing a place: of a picture, pages, a record or a report, or of another's own file."""

import unicodedata
from pathlib import Path
from typing import NamedTuple

from tilebake.errors import BakeError, Location, shown
from tilebake.serve.owners.ownership import record_path, report_path
from tilebake.serve.pages.manifest import pages_folder


class _Claim(NamedTuple):
    """Name a map, and what of it is in a place."""

    map_path: Path
    what: str


class TextureOwners:
    """Record whose place is taken. Who comes first has it, until it is released."""

    def __init__(self) -> None:
        self._owners: dict[str, _Claim] = {}
        self._places: dict[Path, tuple[str, ...]] = {}

    def claim(self, png: Path, map_path: Path) -> None:
        """Take the places of a map's files, its only ones. Raises BakeError if another map has one."""
        folder = _real_folder(png)  # of all that lies beside the picture: links are followed once
        wanted = {
            _spell(folder / png.name): _Claim(map_path, "texture"),
            _spell(folder / record_path(png).name): _Claim(map_path, "record"),
            _spell(folder / report_path(png).name): _Claim(map_path, "report"),
            _spell(folder / pages_folder(png).name): _Claim(map_path, "folder of pages"),
            _place(map_path): _Claim(map_path, "map file"),
        }
        for place, claim in wanted.items():
            owner = self._owners.get(place)
            if owner is None:
                continue
            are_maps = claim.what == owner.what == "map file"  # neither is written
            if not are_maps and _real(owner.map_path) != _real(map_path):
                theirs = "that" if claim.what == owner.what else f"the {owner.what}"
                what = f"its {claim.what} would overwrite {theirs} of {shown(owner.map_path)}"
                raise BakeError(what, where=Location(file=map_path), hint="rename one of the maps")
        self.release(map_path)
        self._owners |= wanted
        self._places[map_path] = tuple(wanted)

    def has(self, path: Path) -> bool:
        """Tell whether a path is some map's place."""
        return _place(path) in self._owners

    def release(self, map_path: Path) -> None:
        """Give back whatever a map has."""
        for place in self._places.pop(map_path, ()):
            self._owners.pop(place, None)


def _place(path: Path) -> str:
    """Return one name for all spellings of a place, on whatever file system: links, cases and accents."""
    return _spell(_real(path))


def _spell(real: Path) -> str:
    return unicodedata.normalize("NFC", str(real)).casefold()


def _real(path: Path) -> Path:
    """Return where a file is that is replaced, not written through, if it is a link."""
    return _real_folder(path) / path.name


def _real_folder(path: Path) -> Path:
    return path.absolute().parent.resolve()
