"""Change a map's file in one step, whoever else saves it meanwhile."""

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tilebake.errors import Location, MapError
from tilebake.level.formats.part import file_of
from tilebake.level.map_formats import OWN_FORMAT, format_of
from tilebake.level.source.encoding import read_bytes
from tilebake.serve.files.atomic_write import replace_file

TRIES: Final = 10  # to change a file that others save


def refuse_other_editors(map_path: Path) -> None:
    """Raise MapError for a map of another editor, whose files tilebake never writes."""
    known = format_of(file_of(map_path).name)
    if known is not None and known is not OWN_FORMAT:
        what = "is another editor's file, which tilebake only reads"
        hint = "set it in tilebake.toml, or on the command line"
        raise MapError(what, where=Location(map_path), hint=hint)


def encode_as(text: str, before: bytes) -> bytes:
    """Encode as UTF-8, with the byte order mark if the file had one."""
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
    return mark + text.encode("utf-8")


def rewrite_map(map_path: Path, change: Callable[[bytes], bytes | None]) -> bool:
    """Change what a map's file holds now; False if there is nothing to change.

    Where it is saved by somebody else meanwhile, what was saved is changed. Raises MapError and BakeError.
    """
    refuse_other_editors(map_path)
    real = map_path.resolve()  # a link to a map stays a link
    for _ in range(TRIES):
        before = read_bytes(map_path, MapError)
        after = change(before)
        if after is None:
            return False
        if replace_file(real, before, after):
            return True
    what = "the map is being saved again and again"
    raise MapError(what, where=Location(map_path), hint="try again when that is over")
