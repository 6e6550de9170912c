"""Say how files are named: which could be maps, and what the record of a map's bake is called."""

from pathlib import Path
from typing import Final

from tilebake.level.map_formats import format_of

RECORD_SUFFIX: Final = ".bake.json"


def map_stem(path: Path) -> str:
    """Return a map file's name without its ending: `forest` of `forest.json`, of `forest.tilebake.json`."""
    known = format_of(path.name)
    return (path.name.removesuffix(known.suffix) if known else path.name).removesuffix(".tilebake")


def may_be_map(name: str) -> bool:
    """Return whether a file of this name in a map folder could be a map, whatever it holds."""
    known = format_of(name)
    return known is not None and name.lower() != known.suffix and not name.endswith(RECORD_SUFFIX)
