"""The errors a user can cause, and how they are told.

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

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where a mistake stands: a file, and inside it a position and a JSON path."""

    file: Path | None = None
    line: int | None = None  # counted from 1
    column: int | None = None  # counted from 1, in characters
    json_path: str | None = None  # "$.terrains.grass.prompt"

    def __str__(self) -> str:
        position = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return ": ".join(part for part in (":".join(position), self.json_path) if part)


class TilebakeError(Exception):
    """A mistake that its maker can mend: what is wrong, where, and what to do about it."""

    def __init__(self, what: str, *, place: Place | None = None, mend: str | None = None) -> None:
        self.what = what
        self.place = place or Place()
        self.mend = mend
        super().__init__(what, self.place, mend)

    def __str__(self) -> str:
        where = str(self.place)
        message = f"{where}: {self.what}" if where else self.what
        return f"{message}; {self.mend}" if self.mend else message


class MapError(TilebakeError):
    """A map file, or one of the terrains it names."""


class ProjectError(TilebakeError):
    """tilebake.toml, or where output may go."""


class PromptError(TilebakeError):
    """A prompt that cannot be read or encoded."""


class ModelError(TilebakeError):
    """A model, tokenizer or LoRA that cannot be loaded."""


class BakeError(TilebakeError):
    """The bake itself: memory, disk, or a picture that came out broken."""


class BusyError(TilebakeError):
    """A project in which another tilebake is at work already: the same later may succeed."""


class ServeError(TilebakeError):
    """The local API: its port, its ready file, or what it was asked for."""
