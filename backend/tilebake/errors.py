"""Define the errors that users can cause, and the shape in which every problem is reported.

    TilebakeError
    ├── MapError       a map file, or the terrains it names
    ├── ProjectError   tilebake.toml, or where output may go
    ├── PromptError    a prompt that cannot be read or encoded
    ├── ModelError     a model, tokenizer or LoRA that cannot be loaded
    ├── BakeError      the bake itself: memory, disk, a picture that came out broken
    ├── BusyError      a project in which another tilebake is at work
    └── ServeError     the local API: its port, its ready file, what it was asked for

Each message reads `file:line:col: $.json.path: what is wrong; what to do`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_LOCATION: Final = re.compile(
    r"(?P<json_path>\$.*)"
    r"|(?P<file>.+?)(?::(?P<line>[1-9]\d{0,8})(?::(?P<column>[1-9]\d{0,8}))?)?(?:: (?P<path_in_file>\$.*))?",
    re.DOTALL,
)


def shown(path: Path | str) -> str:
    """Write a path, or a text with paths in it, on one line that is harmless to terminals and programs.

    What cannot be printed is escaped: control characters, marks of direction, bytes that are no UTF-8.
    """
    text = str(path)
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode("ascii")


@dataclass(frozen=True)
class Location:
    """Say where a problem is: a file, a position in it and a JSON path."""

    file: Path | None = None
    line: int | None = None  # counted from 1
    column: int | None = None  # counted from 1, in characters
    json_path: str | None = None  # "$.terrains.grass.prompt"

    def __str__(self) -> str:
        file = None if self.file is None else shown(self.file)
        position = [str(part) for part in (file, self.line, self.column) if part is not None]
        return ": ".join(part for part in (":".join(position), self.json_path) if part)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a location back from its text; the result has that same text."""
        match = _LOCATION.fullmatch(text)
        if match is None:
            return cls()
        line, column = (int(match[part]) if match[part] else None for part in ("line", "column"))
        file = Path(match["file"]) if match["file"] else None
        return cls(file, line, column, match["json_path"] or match["path_in_file"])


@dataclass(frozen=True)
class Diagnostic:
    """Describe one problem as a user reads it: what is wrong, where, and what to do about it.

    Whatever tilebake reports, from a typing error in a map to a full disk, travels in this shape.
    """

    what: str
    where: Location = Location()
    hint: str | None = None

    def __post_init__(self) -> None:
        """Keep it harmless: names of files and texts of libraries may have found their way into it."""
        object.__setattr__(self, "what", shown(self.what))
        object.__setattr__(self, "hint", None if self.hint is None else shown(self.hint))

    def __str__(self) -> str:
        """Return it on one line: `file:line:col: $.json.path: what; hint`."""
        where = str(self.where)
        message = f"{where}: {self.what}" if where else self.what
        return f"{message}; {self.hint}" if self.hint else message

    def as_json(self) -> dict[str, str]:
        """Return it as the JSON API gives it; `where` is one line of text, and what is missing is empty."""
        return {"what": self.what, "where": str(self.where), "hint": self.hint or ""}


class TilebakeError(Exception):
    """Signal a problem that its user can fix, with its diagnostic."""

    def __init__(self, what: str, *, where: Location | None = None, hint: str | None = None) -> None:
        self.diagnostic = Diagnostic(what, where or Location(), hint)
        super().__init__(what, self.diagnostic.where, hint)

    @property
    def what(self) -> str:
        """Return what is wrong."""
        return self.diagnostic.what

    @property
    def where(self) -> Location:
        """Return where: a file, a position in it, a JSON path."""
        return self.diagnostic.where

    @property
    def hint(self) -> str | None:
        """Return what to do about it."""
        return self.diagnostic.hint

    def __str__(self) -> str:
        return str(self.diagnostic)


class MapError(TilebakeError):
    """Signal a problem of a map file, or of a terrain that it names."""


class ProjectError(TilebakeError):
    """Signal a problem of tilebake.toml, or of where output may go."""


class PromptError(TilebakeError):
    """Signal a prompt that cannot be read or encoded."""


class ModelError(TilebakeError):
    """Signal a model, tokenizer or LoRA that cannot be loaded."""


class BakeError(TilebakeError):
    """Signal that a bake failed: memory, disk, or a picture that came out broken."""


class BusyError(TilebakeError):
    """Signal that another tilebake is at work in the project: a later try may succeed."""


class ServeError(TilebakeError):
    """Signal a problem of the local API: its port, its ready file, or what it was asked for."""
