"""Read a world of Tiled (.world): which maps it has, and where each lies in it."""

from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from tilebake.errors import MapError, ProjectError, TilebakeError, shown
from tilebake.level.containment import is_within
from tilebake.level.formats.lenient_model import LenientModel, validate
from tilebake.level.source.encoding import decode, read_bytes
from tilebake.level.source.json_text import JsonText

WORLD_SUFFIX: Final = ".world"

_MOST_BYTES: Final = 1 << 24
_MOST_PIXELS: Final = 1_000_000_000
_Pixels = Annotated[int, Field(ge=-_MOST_PIXELS, le=_MOST_PIXELS)]


class PlacedMap(NamedTuple):
    """Hold the file of a map, and where its upper left corner lies in the world, in map pixels."""

    path: Path
    x: int
    y: int


class WorldMapEntry(LenientModel):
    """Hold a map of a world."""

    file_name: Annotated[str, Field(min_length=1, max_length=1000, alias="fileName")]
    x: _Pixels = 0
    y: _Pixels = 0


class WorldFile(LenientModel):
    """Hold a world: its maps one by one, and patterns of names that stand for more."""

    maps: Annotated[tuple[WorldMapEntry, ...], Field(max_length=1000)] = ()
    patterns: tuple[object, ...] = ()


def read_world_file(file: Path, root: Path) -> tuple[PlacedMap, ...]:
    """Return the maps of a world. Raises ProjectError with the place in its file."""
    try:
        return tuple(_placed_maps(file, root))
    except MapError as error:
        raise ProjectError(error.what, where=error.where, hint=error.hint) from None


def _placed_maps(file: Path, root: Path) -> list[PlacedMap]:
    source = JsonText(decode(read_bytes(file, MapError, _MOST_BYTES), file, MapError), file)
    world = validate(WorldFile, source.parse(), source.error_at)
    if world.patterns:
        hint = "add its maps one by one in Tiled, by World > Add Map"
        raise source.error_at("patterns of names are not read", ("patterns",), hint=hint)
    placed: list[PlacedMap] = []
    for index, each in enumerate(world.maps):
        path = file.parent / each.file_name
        if not _is_inside(path, root):
            raise _refuse_outside(source, index, each.file_name, root)
        placed.append(PlacedMap(path.resolve(), each.x, each.y))
    return placed


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return is_within(path, root)
    except (OSError, RuntimeError, ValueError):  # circles of links; bytes that no name has
        return False


def _refuse_outside(source: JsonText, index: int, name: str, root: Path) -> TilebakeError:
    what = f"{shown(name)!r} leads out of the project {shown(root)}"
    return source.error_at(what, ("maps", index, "fileName"), hint="move the map into the project")
