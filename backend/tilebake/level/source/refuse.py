"""Declare how a reader makes the error for a mistake in its file, whatever the file's format."""

from typing import Protocol

from tilebake.errors import TilebakeError
from tilebake.level.source.json_positions import JsonPath


class Refuse(Protocol):
    """Make the error for what is wrong at a path of the file, to be raised."""

    def __call__(
        self,
        what: str,
        path: JsonPath = (),
        *,
        hint: str | None = None,
        at_key: bool = False,
        character: int | None = None,
    ) -> TilebakeError:
        """Make it at the path's value, or at its key, or at one character of the text there."""
        ...
