"""Read the chunks of a PNG, by another hand than tilebake's."""

import struct
import zlib
from collections.abc import Iterator


def chunks_of(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and content of each chunk, whose checksum has to hold."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(kind + content),)
        yield kind, content
        at += 12 + length
