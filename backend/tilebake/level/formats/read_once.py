"""Read a file once that is asked for again and again: all its levels, and their neighbours, need it."""

import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

_T = TypeVar("_T")

_MOST: Final = 2  # files that are remembered


class ReadOnce:
    """Remember what was made of the last few files, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: list[tuple[bytes | str, Any]] = []

    def get(self, data: bytes | str, make: Callable[[], _T]) -> _T:
        """Return what `make` makes of some data, which is always of one kind; called once for the same."""
        with self._lock:
            for known, made in self._made:
                if known == data:
                    return made
        value = make()
        with self._lock:
            self._made = [(data, value), *self._made[: _MOST - 1]]
        return value
