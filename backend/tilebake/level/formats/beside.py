"""Let a map's reader see what lies beside its file: files of its project, and tables of tilebake.toml."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tilebake.errors import MapError, TilebakeError, shown
from tilebake.level.containment import is_within
from tilebake.level.formats.format_table import FormatTable
from tilebake.level.formats.read_once import ReadOnce
from tilebake.level.source.encoding import read_bytes

OnFile = Callable[[Path], None]
RefuseFile = Callable[[str, str], TilebakeError]
"""Make the error for a file that a map names: what is wrong, and what to do."""


def ignore_file(_file: Path) -> None:
    """Do nothing about a file that is read."""


class WorldPlace(NamedTuple):
    """Hold where a map's first cell lies in its world, in map pixels."""

    x: int
    y: int


@dataclass(frozen=True)
class Beside:
    """Offer a reader the files and tables of its map's project."""

    root: Path | None = None  # nothing outside of it is read; None where the map stands in no file
    tables: Mapping[str, FormatTable] = field(default_factory=dict[str, FormatTable])  # by editor
    on_file: OnFile = ignore_file  # told of each file before it is read
    place: WorldPlace | None = None  # of the map in its world, where its own file does not say
    once: ReadOnce = field(default_factory=ReadOnce, compare=False)

    def table(self, editor: str) -> FormatTable:
        """Return what tilebake.toml says of an editor's maps."""
        return self.tables.get(editor, FormatTable())

    def read(self, name: str, named_in: Path | None, refuse: RefuseFile) -> tuple[Path, bytes]:
        """Return the path and the bytes of a file by the name that the file `named_in` has for it.

        Raises what `refuse` makes for a name that leads out of the project or to nothing, and MapError for a
        file that cannot be read.
        """
        if named_in is None or self.root is None:
            raise refuse(f"the map names {shown(name)!r} and stands in no file itself", "read it from a file")
        path = named_in.parent / name
        try:
            is_inside, is_there = is_within(path, self.root), os.path.lexists(path)
        except (OSError, RuntimeError, ValueError):  # circles of links; bytes that no name has
            raise refuse(f"{shown(name)!r} cannot be examined", "check the name and its links") from None
        if not is_inside:
            what = f"{shown(name)!r} leads out of the project {shown(self.root)}"
            raise refuse(what, "move it into the project, and name it anew in the editor")
        if not is_there:
            hint = f"it is named relative to {shown(named_in.name)}: put it there, or name it anew"
            raise refuse(f"there is no file {shown(name)!r}", hint)
        self.on_file(path)
        return path, read_bytes(path, MapError)
