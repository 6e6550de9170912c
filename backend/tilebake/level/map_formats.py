"""Register the formats in which a map can be written.

To add one, write a module in `formats/` whose `MapReader` returns a `MapContent`, and list it in FORMATS.
Whoever looks for maps, names their pictures or reads them asks here. Readers are imported when they are first
called: looking at file names loads neither them nor pydantic.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from tilebake.level.formats.beside import Beside
    from tilebake.level.formats.part import Part
    from tilebake.level.map.content import MapContent


class MapReader(Protocol):
    """Read a map from the bytes of its file, or from a text that stands in no file."""

    def __call__(self, data: str | bytes, path: Path | None, beside: "Beside") -> "MapContent":
        """Return what the map says; `beside` is what it may name. Raises MapError with the place."""
        ...


def _has_mark_alone(_text: str) -> bool:
    return True


class PartsReader(Protocol):
    """List the maps of a file that holds several."""

    def __call__(self, data: str | bytes, path: Path | None, beside: "Beside") -> "tuple[Part, ...]":
        """Return the maps of a file, in its order. Raises MapError with the place in the file."""
        ...


class MapFormat(NamedTuple):
    """Describe a format: how its files are named, what they all contain, and how they are read."""

    suffix: str  # of file names, in lower case
    mark: bytes  # a file without it is something else
    read: MapReader
    is_one: Callable[[str], bool] = _has_mark_alone  # asked of a text with the mark in it, broken or whole
    parts: PartsReader | None = None  # None where a file is one map


def _read_json(data: str | bytes, path: Path | None, beside: "Beside") -> "MapContent":
    from tilebake.level.map.json_map import read_json_map

    return read_json_map(data, path, beside)


def _is_json_map(text: str) -> bool:
    from tilebake.level.source.json_positions import has_key

    return has_key(text, "tilebake")


def _read_tmx(data: str | bytes, path: Path | None, beside: "Beside") -> "MapContent":
    from tilebake.level.formats.tiled.tiled_map import read_tmx

    return read_tmx(data, path, beside)


def _read_tmj(data: str | bytes, path: Path | None, beside: "Beside") -> "MapContent":
    from tilebake.level.formats.tiled.tiled_map import read_tmj

    return read_tmj(data, path, beside)


def _read_ldtk(data: str | bytes, path: Path | None, beside: "Beside") -> "MapContent":
    from tilebake.level.formats.ldtk.ldtk_map import read_ldtk

    return read_ldtk(data, path, beside)


def _list_levels(data: str | bytes, path: Path | None, beside: "Beside") -> "tuple[Part, ...]":
    from tilebake.level.formats.ldtk.ldtk_map import list_levels

    return list_levels(data, path, beside)


OWN_FORMAT: Final = MapFormat(".json", b'"tilebake"', _read_json, _is_json_map)  # tilebake's own

FORMATS: Final[tuple[MapFormat, ...]] = (
    OWN_FORMAT,
    MapFormat(".tmx", b"<map", _read_tmx),
    MapFormat(".tmj", b'"tilewidth"', _read_tmj),
    MapFormat(".ldtk", b'"jsonVersion"', _read_ldtk, parts=_list_levels),
)


def format_of(name: str) -> MapFormat | None:
    """Return the format of files with this name, or None if it is no map's."""
    lowered = name.lower()
    return next((each for each in FORMATS if lowered.endswith(each.suffix)), None)
