"""Find where each value of a JSON text stands. Not recursive, and lenient: the text may be broken later."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

JsonPath = tuple[str | int, ...]

MAX_DEPTH: Final = 100  # a map is at most five deep

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CHARACTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)


class Spot(NamedTuple):
    """Locate a value: its JSON path, and the offsets in the text of the value, its end and its key."""

    path: JsonPath
    at: int
    end: int  # of a list or an object: just behind the opening bracket
    key_at: int | None  # None for the whole text and for items of lists
    repeated: bool  # the object has had this key before


@dataclass(slots=True)
class _Open:
    """Track an object or a list that is being read."""

    is_object: bool
    key: str | int | None = None  # None while an object's next key is awaited
    key_at: int | None = None
    repeated: bool = False
    seen: set[str] = field(default_factory=set[str])

    def expect_next(self) -> None:
        self.key = None if self.is_object else int(self.key or 0) + 1

    def take_key(self, token: re.Match[str]) -> None:
        key = unescape(token.group())
        self.key, self.key_at, self.repeated = key, token.start(), key in self.seen
        self.seen.add(key)


def spots(text: str) -> Iterator[Spot]:
    """Yield each value in the order of the text, down to the first that lies deeper than MAX_DEPTH."""
    stack: list[_Open] = []
    for token in _TOKEN.finditer(text):
        kind = token.group()[0]
        if kind in "}]":
            del stack[-1:]
        elif kind == ",":
            if stack:
                stack[-1].expect_next()
        elif kind == '"' and stack and stack[-1].key is None:
            stack[-1].take_key(token)
        elif kind != ":":
            top = stack[-1] if stack else _Open(is_object=False)
            path = tuple("" if level.key is None else level.key for level in stack)
            yield Spot(path, token.start(), token.end(), top.key_at, top.repeated)
            if len(path) > MAX_DEPTH:
                return
            if kind in "{[":
                stack.append(_Open(is_object=kind == "{", key=None if kind == "{" else 0))


def has_key(text: str, key: str) -> bool:
    """Tell whether a text is an object with this key, as far as can be told where it is broken."""
    if any(spot.path == (key,) for spot in spots(text)):
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):  # brackets are wrong, and what lies in what is anybody's guess
        return re.search(rf'"{re.escape(key)}"\s*:', text) is not None
    return False


def find(text: str, path: JsonPath) -> Spot:
    """Find where `path` stands, or the nearest value above it that the text has."""
    nearest = Spot((), 0, 0, None, False)
    spelled = _spell(path)
    for spot in spots(text):
        start = path[: len(spot.path)], spelled[: len(spot.path)]
        is_on_the_way = spot.path == start[0] or _spell(spot.path) == start[1]
        if is_on_the_way and len(spot.path) >= len(nearest.path):
            nearest = spot
            if spot.path == path:
                break
    return nearest


def _spell(path: JsonPath) -> JsonPath:
    """Write a path with one spelling for keys that look alike: terrains are known by that one."""
    return tuple(unicodedata.normalize("NFC", part) if isinstance(part, str) else part for part in path)


def path_of_next(beginning: str) -> JsonPath:
    """Return the path of the value that would come next, or of the object whose key would."""
    path: JsonPath = ()
    for spot in spots(f"{beginning} 0"):
        path = spot.path
    return path[:-1] if path and path[-1] == "" else path


def character_at(text: str, spot: Spot, index: int) -> int:
    """Return the offset of a string's character; escapes before it are longer than what they mean."""
    offset = spot.at + 1
    for _ in range(index):
        escape = _CHARACTER.match(text, offset)
        offset = escape.end() if escape else offset
    return offset


def unescape(token: str) -> str:
    """Decode a string token; return a broken one as it is."""
    if "\\" not in token:
        return token.strip('"')
    try:
        return str(json.loads(token))
    except ValueError:
        return token


def path_text(path: JsonPath) -> str:
    """Write a JSON path: `$.terrains.grass.prompt`, `$.rows[3]`, `$.terrains["dark grass"]`."""
    return "$" + "".join(_part_text(part) for part in path)


def _part_text(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if _NAME.fullmatch(part) and len(part) <= 40 else f"[{snippet(part)}]"


def snippet(value: object) -> str:
    """Write a value as JSON does, shortened, and harmless to a terminal."""
    match value:
        case str():
            text = _printable(json.dumps(value[:200], ensure_ascii=False))
        case dict():
            return "an object"
        case list() | tuple():
            return "a list"
        case bool() | None:
            return json.dumps(value)
        case int() if value.bit_length() > 128:
            return "a huge number"
        case _:
            text = str(value)
    return text if len(text) <= 60 else f"{text[:56]}…{text[-1]}"


def _printable(text: str) -> str:
    """Escape all that could move a terminal's cursor, or is no character at all."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
