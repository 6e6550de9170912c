"""Say how files are named: which could be maps, and what the record of a map's bake is called."""

from pathlib import Path
from typing import Final

from tilebake.level.formats.part import file_of, part_of
from tilebake.level.map_formats import format_of

RECORD_SUFFIX: Final = ".bake.json"
_PAINTED: Final = ".painted"  # island.painted.tmx is a copy that shows the painting of island.tmx
_PAINTED_COPIES: Final = (f"{_PAINTED}.tmx", f"{_PAINTED}.tmj")
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
    return format_of(name) is not None and not (name.startswith(".") or is_written_here(name))


def is_written_here(name: str) -> bool:
    """Tell whether this is how tilebake calls what it writes beside maps, and that is none."""
    return is_record_name(name) or is_painted_copy(name)


def painted_copy_of(path: Path) -> Path:
    """Return where the copy of a map lies that shows its painting: NAME.painted.tmx beside NAME.tmx."""
    return path.with_name(f"{path.stem}{_PAINTED}{path.suffix}")


def is_painted_copy(name: str) -> bool:
    """Tell whether this is how such a copy is called, which is no map."""
    return name.lower().endswith(_PAINTED_COPIES)


def is_record_name(name: str) -> bool:
    """Return whether this is how a record of a bake is called."""
    return name.lower().endswith(RECORD_SUFFIX)
