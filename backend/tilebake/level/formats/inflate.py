"""Unpack compressed data that says how large it is: not a byte more is unpacked, whatever it holds."""

import io
import zlib
from typing import Final

_WINDOW: Final = 1 << 23  # bytes of memory that Zstandard may ask for; editors' levels need no more
_ANY_HEADER: Final = zlib.MAX_WBITS | 32  # of zlib and of gzip


class DamagedDataError(ValueError):
    """Signal data that cannot be unpacked, or has another size than it should."""


def inflate(data: bytes, compression: str, size: int) -> bytes:
    """Unpack `size` bytes of zlib, gzip, zstd or plain data ("").

    Raises DamagedDataError for any other size, for damaged data and for another compression.
    """
    match compression:
        case "":
            unpacked = data
        case "zlib" | "gzip":
            unpacked = _inflate_zlib(data, size)
        case "zstd":
            unpacked = _inflate_zstd(data, size)
        case _:
            raise DamagedDataError(f"the compression {compression[:40]!r} is not known")
    if len(unpacked) != size:
        more = "more" if len(unpacked) > size else f"{len(unpacked):,}"
        raise DamagedDataError(f"its data should have {size:,} bytes and has {more}")
    return unpacked


def _inflate_zlib(data: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj(_ANY_HEADER).decompress(data, size + 1)
    except zlib.error as error:
        raise DamagedDataError(f"its data cannot be unpacked: {error}") from None


def _inflate_zstd(data: bytes, size: int) -> bytes:
    from zstandard import ZstdDecompressor, ZstdError  # for such maps alone

    try:
        with ZstdDecompressor(max_window_size=_WINDOW).stream_reader(io.BytesIO(data)) as stream:
            return stream.read(size + 1)
    except ZstdError as error:
        raise DamagedDataError(f"its data cannot be unpacked: {error}") from None
