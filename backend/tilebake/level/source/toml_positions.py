"""Find where each key of a TOML text stands. The text is sound: Python's own parser has read it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

TomlPath = tuple[str | int, ...]

_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'"
    r"|\#[^\n]*+"
    r"|\n|[\[\]{},=.]"
    r"|[^\s\[\]{},=.\#\"']++",
    re.DOTALL,
)


@dataclass(slots=True)
class _Open:
    """Track an array or an inline table that is being read."""

    path: TomlPath
    index: int | None  # of the next item of an array; None in a table


@dataclass(slots=True)
class _Reader:
    """Track where in the text the next token stands."""

    table: TomlPath = ()
    header: int = 0  # how many brackets opened the header that is being read
    keys: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    is_value: bool = False
    path: TomlPath = ()  # of the value that is due
    stack: list[_Open] = field(default_factory=list[_Open])
    counts: dict[TomlPath, int] = field(default_factory=dict[TomlPath, int])  # of tables in an array of them

    def take(self, token: str, at: int) -> Iterator[tuple[TomlPath, int]]:
        """Take one token, and yield each path that is known by it."""
        if token.startswith("#") or (token == "\n" and self.stack):
            return
        if token == "\n":
            self.keys, self.is_value, self.header = [], False, 0
        elif self.is_value:
            yield from self._take_in_value(token, at)
        elif token == "[" and not self.stack:
            self.header += 1
        elif token == "]":
            if self.keys:
                yield from self._end_header()
        elif token == "=":
            prefix = self.stack[-1].path if self.stack else self.table
            yield from self._end_keys(prefix)
            self.is_value = True
        elif token == "}":
            self._close()
        elif token not in ".,":
            self.keys.append((_unquote(token), at))

    def _end_keys(self, prefix: TomlPath) -> Iterator[tuple[TomlPath, int]]:
        for key, at in self.keys:
            prefix = (*prefix, key)
            yield prefix, at
        self.path, self.keys = prefix, []

    def _end_header(self) -> Iterator[tuple[TomlPath, int]]:
        path: TomlPath = ()
        last = len(self.keys) - 1
        for index, (key, at) in enumerate(self.keys):
            path = (*path, key)
            yield path, at
            if index == last and self.header == 2:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = (*path, self.counts[path])
                yield path, at
        self.table, self.keys = path, []

    def _take_in_value(self, token: str, at: int) -> Iterator[tuple[TomlPath, int]]:
        if token == ",":
            self._begin_next()
        elif token in "]}":
            self._close()
        else:
            if self.stack and self.stack[-1].index is not None:
                yield self.path, at
            if token == "{":
                self.stack.append(_Open(self.path, None))
                self.is_value = False
            elif token == "[":
                self.stack.append(_Open(self.path, 0))
                self.path = (*self.path, 0)

    def _begin_next(self) -> None:
        top = self.stack[-1]
        if top.index is None:
            self.is_value, self.keys = False, []
        else:
            top.index += 1
            self.path = (*top.path, top.index)

    def _close(self) -> None:
        self.path = self.stack.pop().path
        self.is_value, self.keys = True, []


def find_key(text: str, path: TomlPath) -> int | None:
    """Return where the key of a path stands, or that of the nearest above it; None where there is neither."""
    reader = _Reader()
    best, depth = None, 0
    for token in _TOKEN.finditer(text):
        for known, at in reader.take(token.group(), token.start()):
            if len(known) > depth and known == path[: len(known)]:
                best, depth = at, len(known)
    return best


def _unquote(token: str) -> str:
    if token[0] not in "\"'":
        return token
    return str(tomllib.loads(f"key = {token}")["key"])
