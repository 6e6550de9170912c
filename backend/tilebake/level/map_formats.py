"""Register the formats in which a map can be written.

To add one, write a module beside `map/json_map.py` whose `MapReader` returns a `MapContent`, and list it in
FORMATS. Whoever looks for maps, names their pictures or reads them asks here. Readers are imported when they
are first called: looking at file names loads neither them nor pydantic.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from tilebake.level.map.content import MapContent


class MapReader(Protocol):
    """Read a map from the bytes of its file, or from a text that stands in no file."""

    def __call__(self, data: str | bytes, path: Path | None) -> "MapContent":
        """Return what the map says. Raises MapError with the place in the file."""
        ...


def _has_mark_alone(_text: str) -> bool:
    return True


class MapFormat(NamedTuple):
    """Describe a format: how its files are named, what they all contain, and how they are read."""

    suffix: str  # of file names, in lower case
    mark: bytes  # a file without it is something else
    read: MapReader
    is_one: Callable[[str], bool] = _has_mark_alone  # asked of a text with the mark in it, broken or whole


def _read_json(data: str | bytes, path: Path | None) -> "MapContent":
    from tilebake.level.map.json_map import read_json_map

    return read_json_map(data, path)


def _is_json_map(text: str) -> bool:
    from tilebake.level.source.json_positions import has_key

    return has_key(text, "tilebake")


FORMATS: Final[tuple[MapFormat, ...]] = (MapFormat(".json", b'"tilebake"', _read_json, _is_json_map),)


def format_of(name: str) -> MapFormat | None:
    """Return the format of files with this name, or None if it is no map's."""
    lowered = name.lower()
    return next((each for each in FORMATS if lowered.endswith(each.suffix)), None)
