"""Pixels survive as PNG, and a broken file is never taken for a picture."""

import random
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from tilebake.level.art.decode_png import BrokenPictureError
from tilebake.serve.files.png import QUICK, png_bytes, png_pixels


@pytest.mark.parametrize("channels", [3, 4])
def test_pixels_come_back(channels: int) -> None:
    image = np.random.default_rng(1).integers(0, 256, (9, 5, channels), dtype=np.uint8)
    np.testing.assert_array_equal(png_pixels(png_bytes(image)), image)


def test_a_broken_file_is_no_picture() -> None:
    whole = png_bytes(np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    for broken in (b"", b"GIF89a", whole[:8], whole[:40], whole[: len(whole) // 2]):
        with pytest.raises(BrokenPictureError):
            png_pixels(broken)


@pytest.mark.long
def test_a_picture_of_ninety_million_pixels_comes_back() -> None:
    image = np.zeros((5_500, 16_384, 3), np.uint8)  # each side as Godot allows
    image[-1, -1] = 7
    np.testing.assert_array_equal(png_pixels(png_bytes(image, QUICK)), image)


@pytest.mark.parametrize("factor", [1.5, 3])
def test_a_picture_beyond_pillows_own_limit_comes_back(
    factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.random.default_rng(1).integers(0, 256, (30, 30, 3), dtype=np.uint8)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", int(900 / factor))  # a warning from 1 on, an error from 2
    np.testing.assert_array_equal(png_pixels(png_bytes(image)), image)


def test_a_picture_larger_than_tilebake_makes_is_not_decoded() -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + _chunk(header) + _chunk(b"IDAT" + zlib.compress(b"\0" * 9)) + _chunk(b"IEND")
    )
    with pytest.raises(BrokenPictureError, match="100000 x 100000"):
        png_pixels(bomb)


def test_a_text_that_unpacks_to_gigabytes_is_no_picture() -> None:
    whole = png_bytes(np.zeros((4, 4, 3), np.uint8))
    text = _chunk(b"zTXtbomb\0\0" + zlib.compress(b"\0" * 30_000_000, 9))
    with pytest.raises(BrokenPictureError):
        png_pixels(whole[:33] + text * 3 + whole[33:])


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_picture_is_read_or_refused(seed: int) -> None:
    chosen = random.Random(seed)
    whole = png_bytes(np.random.default_rng(seed).integers(0, 256, (8, 8, 3 + seed % 2), dtype=np.uint8))
    for _ in range(250):
        mutated = bytearray(whole)
        for _ in range(chosen.randint(1, 8)):
            mutated[chosen.randrange(8, len(mutated))] = chosen.randrange(256)
        for at in _chunks(mutated):  # with sums that hold, so that the parser goes on
            end = at + 8 + int.from_bytes(mutated[at : at + 4], "big")
            mutated[end : end + 4] = zlib.crc32(mutated[at + 4 : end]).to_bytes(4, "big")
        with suppress(BrokenPictureError):
            png_pixels(bytes(mutated))


def _chunk(body: bytes) -> bytes:
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _chunks(content: bytearray) -> Iterator[int]:
    """Where each chunk begins, as far as their lengths lead."""
    at = 8
    while at + 12 <= len(content) and (length := int.from_bytes(content[at : at + 4], "big")) < len(content):
        yield at
        at += 12 + length
