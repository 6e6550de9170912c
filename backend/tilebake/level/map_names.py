"""How files are named: which could be maps, and what the record of a map's bake is called."""

from pathlib import Path
from typing import Final

RECORD_SUFFIX: Final = ".bake.json"


def map_stem(path: Path) -> str:
    """A map file's name without its ending: of `forest.json` and of `forest.tilebake.json` it is `forest`."""
    return path.name.removesuffix(".json").removesuffix(".tilebake")


def may_be_map(name: str) -> bool:
    """True if a file of this name in a map folder could be a map, whatever it holds."""
    return name.lower().endswith(".json") and name != ".json" and not name.endswith(RECORD_SUFFIX)
