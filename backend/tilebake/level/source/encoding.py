"""Read a file that a person or a program saved: check its size, and the encoding it turns out to have."""

import codecs
import errno
import os
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final

from tilebake.errors import Location, TilebakeError
from tilebake.level.source.json_positions import snippet
from tilebake.near_names import hint_at_path

MAX_BYTES: Final = 64 * 2**20  # a million cells with their centres take about 40 MiB

# The longer marks first: UTF-32's begins with UTF-16's.
_FOREIGN_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_PICTURES: Final = {b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture"}
_SAVE_AS_UTF8: Final = 'save it as UTF-8 (in most editors: "Save as", then the encoding UTF-8)'


def read_bytes(file: Path, error: type[TilebakeError], limit: int = MAX_BYTES) -> bytes:
    """Return a file's bytes. Raises `error` when it cannot be read or has more than `limit` bytes."""
    place = Location(file)
    try:
        with open_regular(file) as opened:
            size = os.fstat(opened.fileno()).st_size
            data = opened.read(limit + 1) if size <= limit else b""
    except NotRegularError:
        kind = "a folder" if file.is_dir() else "not a regular file"
        raise error(f"is {kind}", where=place, hint="name a file") from None
    except OSError as reason:
        what = f"cannot be read: {reason.strerror or reason}"
        hint = "check the path and its permissions"
        if isinstance(reason, FileNotFoundError):
            hint = hint_at_path(file, hint)
        raise error(what, where=place, hint=hint) from None
    if max(size, len(data)) > limit:
        found = f"is {max(size, len(data)) / 2**20:,.0f} MiB large; the limit is {limit // 2**20} MiB"
        raise error(found, where=place, hint="split it up")
    return data


class NotRegularError(OSError):
    """Signal a folder, a pipe, a device: nothing that holds bytes to be read."""


def open_regular(file: Path) -> BinaryIO:
    """Open a regular file to read it; a pipe in its place holds nobody up. Raises OSError."""
    if file.is_dir():  # which Windows does not open
        raise NotRegularError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotRegularError(errno.EINVAL, "not a regular file", str(file))
    return os.fdopen(handle, "rb")


def decode(data: bytes, file: Path | None, error: type[TilebakeError]) -> str:
    """Return the text of a UTF-8 file, without the byte order mark that some editors put first.

    Raises `error` for any other encoding, saying which one it seems to be.
    """
    for mark, kind in _PICTURES.items():
        if data.startswith(mark):
            raise error(
                f"is {kind}, not a text", where=Location(file), hint="name the file that it was made of"
            )
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
