"""Say how files are named: which could be maps, and what the record of a map's bake is called."""

from pathlib import Path
from typing import Final

from tilebake.level.formats.part import file_of, part_of
from tilebake.level.map_formats import format_of

RECORD_SUFFIX: Final = ".bake.json"
INNER_SUFFIX: Final = ".tilebake"  # of forest.tilebake.json, as the Godot addon names maps


def map_stem(path: Path) -> str:
    """Return a map file's name without its ending: `forest` of `forest.json`, of `forest.tilebake.json`.

    Of a part of a file it is both names: `world.Level_0` of `world.ldtk#Level_0`.
    """
    if (part := part_of(path)) is not None:
        return f"{map_stem(file_of(path))}.{part}"
    known = format_of(path.name)
    stem = path.name[: -len(known.suffix)] if known else path.name  # suffixes are found in any case
    return stem[: -len(INNER_SUFFIX)] if stem.lower().endswith(INNER_SUFFIX) else stem


def may_be_map(name: str) -> bool:
    """Return whether a file of this name in a map folder could be a map, whatever it holds.

    Hidden files are none: editors keep locks and drafts under such names, and systems notes of their own.
    """
    return format_of(name) is not None and not name.startswith(".") and not is_record_name(name)


def is_record_name(name: str) -> bool:
    """Return whether this is how a record of a bake is called."""
    return name.lower().endswith(RECORD_SUFFIX)
