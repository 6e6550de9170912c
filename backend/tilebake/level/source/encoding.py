"""Read a file that a person or a program saved: check its size, and the encoding it turns out to have."""

import codecs
from pathlib import Path
from stat import S_ISREG
from typing import Final

from tilebake.errors import Location, TilebakeError
from tilebake.level.source.json_positions import snippet

MAX_BYTES: Final = 64 * 2**20  # a million cells with their centres take about 40 MiB

# The longer marks first: UTF-32's begins with UTF-16's.
_FOREIGN_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SAVE_AS_UTF8: Final = 'save it as UTF-8 (in most editors: "Save as", then the encoding UTF-8)'


def read_bytes(file: Path, error: type[TilebakeError]) -> bytes:
    """Return a file's bytes. Raises `error` when it cannot be read or is larger than MAX_BYTES."""
    place = Location(file)
    try:
        status = file.stat()
        if not S_ISREG(status.st_mode):
            kind = "a folder" if file.is_dir() else "not a regular file"
            raise error(f"is {kind}", where=place, hint="name a file")
        if status.st_size > MAX_BYTES:
            size = f"{status.st_size / 2**20:.0f} MiB"
            raise error(
                f"is {size} large; the limit is {MAX_BYTES // 2**20} MiB", where=place, hint="split it up"
            )
        return file.read_bytes()
    except OSError as reason:
        what = f"cannot be read: {reason.strerror or reason}"
        raise error(what, where=place, hint="check the path and its permissions") from None


def decode(data: bytes, file: Path | None, error: type[TilebakeError]) -> str:
    """Return the text of a UTF-8 file, without the byte order mark that some editors put first.

    Raises `error` for any other encoding, saying which one it seems to be.
    """
    for mark, encoding in _FOREIGN_MARKS:
        if data.startswith(mark):
            raise error(f"is {encoding}, not UTF-8", where=Location(file, 1, 1), hint=_SAVE_AS_UTF8)
    if 0 in data[:4]:  # no text begins with NUL, but every other byte of UTF-16 is one
        what = "is not UTF-8; it looks like UTF-16 or like no text at all"
        raise error(what, where=Location(file, 1, 1), hint=_SAVE_AS_UTF8)
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as reason:
        before = data[: reason.start].decode("utf-8").removeprefix("\ufeff")
        byte = data[reason.start]
        guess = bytes([byte]).decode("cp1252", errors="replace")
        what = f"is not UTF-8: byte 0x{byte:02x} here ({snippet(guess)} in Latin-1 or Windows-1252)"
        raise error(what, where=Location(file, *position(before, len(before))), hint=_SAVE_AS_UTF8) from None


def number(token: str) -> int | float:
    """Parse a number with a point or an exponent; 64.0 is the whole number 64, as Godot may write it."""
    value = float(token)
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both counted from 1, of the character at `offset`."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
