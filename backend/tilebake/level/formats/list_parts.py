"""List the maps of a file that holds several."""

from pathlib import Path

from tilebake.errors import MapError
from tilebake.level.formats.beside import Beside
from tilebake.level.formats.part import Part
from tilebake.level.map_formats import format_of
from tilebake.level.source.encoding import read_bytes


def holds_parts(file: Path) -> bool:
    """Tell whether files of this name hold several maps."""
    known = format_of(file.name)
    return known is not None and known.parts is not None


def list_parts(file: Path, beside: Beside) -> tuple[Part, ...] | None:
    """Return the maps in a file; None where a file is one map. Raises MapError."""
    known = format_of(file.name)
    if known is None or known.parts is None:
        return None
    return known.parts(read_bytes(file, MapError), file, beside)
