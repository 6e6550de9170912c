"""Pack a PNG strip by strip, so that of a picture like the last one only the strips that changed cost time.

A strip is some rows, filtered and deflated for themselves: it ends on a whole byte, and nothing after it
refers to it. Strung together, with the checksums of all, they are one stream, as in every PNG. What comes out
depends on the pixels alone, not on what was packed before.
"""

import hashlib
import io
import struct
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from tilebake.serve.files.png import QUICK, png_bytes
from tilebake.texture import Texture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STRIP_ROWS: Final = 64  # of a strip: each costs a few bytes, and a change all strips that it touches
MOST_STRIPS: Final = 64 << 20  # bytes of strips; a picture of 4096 by 4096 pixels has about 30 MB

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES: Final = {3: 2, 4: 6}  # by channels
_STREAM_HEAD: Final = b"\x78\x01"  # RFC 1950: deflate, 32 KiB, packed in haste
_STREAM_TAIL: Final = b"\x03\x00"  # RFC 1951: a last block of nothing
_ADLER_BASE: Final = 65521


class StripPacker:
    """Pack pictures as PNG files, quickly, and keep the strips of the last ones, at most `most` bytes."""

    def __init__(self, most: int = MOST_STRIPS) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, _Strip] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def pack(self, image: "NDArray[np.uint8]") -> bytes:
        """Return a picture [height, width, 3 or 4] as a PNG file."""
        height, width, channels = image.shape
        head = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
        with self._lock:
            strips = [self._strip(rows, above) for rows, above in _part(image)]
        sum_of_all = 1
        for strip in strips:
            sum_of_all = combine_adler32(sum_of_all, strip.adler32, strip.length)
        tail = _STREAM_TAIL + struct.pack(">I", sum_of_all)
        chunks = [_chunk(b"IHDR", head), _chunk(b"IDAT", _STREAM_HEAD), *(each.chunk for each in strips)]
        return b"".join([_SIGNATURE, *chunks, _chunk(b"IDAT", tail), _chunk(b"IEND", b"")])

    def _strip(self, rows: "NDArray[np.uint8]", above: int) -> "_Strip":
        """Return a strip, packed unless it is kept; the first `above` rows are the end of the one before."""
        import numpy as np

        pixels = np.ascontiguousarray(rows)
        name = hashlib.sha256(f"{rows.shape} {above}".encode("ascii"))
        name.update(pixels.data)
        key = name.digest()
        strip = self._kept.pop(key, None)
        if strip is None:
            strip = _pack_strip(pixels, above)
            self._bytes += len(strip.chunk)
        self._kept[key] = strip
        while self._bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.chunk)
        return strip


def pack_picture(texture: Texture, *, in_haste: bool) -> bytes:
    """Return the file of a picture: a small one, unless it has to be there soon."""
    if not in_haste:
        return png_bytes(texture.image)
    return texture.quick_png or StripPacker(most=0).pack(texture.image)


def combine_adler32(first: int, second: int, length: int) -> int:
    """Return the Adler-32 of two texts in a row, by those of each and the second one's length.

    Its two sums are those of all bytes, and of all the first sums (RFC 1950).
    """
    low = (first & 0xFFFF) + (second & 0xFFFF) - 1
    high = (first >> 16) + (second >> 16) + length * ((first & 0xFFFF) - 1)
    return high % _ADLER_BASE << 16 | low % _ADLER_BASE


class _Strip(NamedTuple):
    """Hold a packed strip, and what the checksum of a whole stream takes of it."""

    chunk: bytes
    adler32: int
    length: int  # bytes of its filtered rows


def _part(image: "NDArray[np.uint8]") -> "Iterator[tuple[NDArray[np.uint8], int]]":
    """Yield the rows of each strip after those above that they are filtered by, and how many these are."""
    for top in range(0, len(image), STRIP_ROWS):
        above = min(top, 1)
        yield image[top - above : top + STRIP_ROWS], above


def _pack_strip(rows: "NDArray[np.uint8]", above: int) -> _Strip:
    _, width, channels = rows.shape
    filtered = _filter(rows)[above * (1 + width * channels) :]
    packer = zlib.compressobj(QUICK, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_FILTERED)
    deflated = packer.compress(filtered) + packer.flush(zlib.Z_FULL_FLUSH)
    return _Strip(_chunk(b"IDAT", deflated), zlib.adler32(filtered), len(filtered))


def _filter(rows: "NDArray[np.uint8]") -> bytes:
    """Return rows as PNG has them before they are deflated, each by the filter that Pillow takes for it."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(rows).save(buffer, format="PNG", compress_level=0)
    return zlib.decompress(b"".join(_chunks(buffer.getvalue(), b"IDAT")))


def _chunks(png: bytes, kind: bytes) -> Iterator[bytes]:
    """Yield the contents of all chunks of a kind."""
    at = len(_SIGNATURE)
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == kind:
            yield png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
