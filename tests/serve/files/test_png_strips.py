"""A PNG that is packed strip by strip is one like any other, and depends on its pixels alone."""

import io
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.helpers.png_chunks import chunks_of
from tilebake.serve.files.png import QUICK, png_bytes, png_pixels
from tilebake.serve.files.png_strips import STRIP_ROWS, StripPacker, combine_adler32

Pixels = NDArray[np.uint8]


def picture(height: int, channels: int = 3, seed: int = 1) -> Pixels:
    """Colours that flow, with some noise: each filter is the best somewhere."""
    chance = np.random.default_rng(seed)
    ramp = np.add.outer(np.arange(height) * 2, np.arange(40))[..., None] + np.arange(channels) * 60
    noise = chance.integers(0, 9, (height, 40, channels)) * (np.arange(40) > 20)[:, None]
    return (ramp + noise).astype(np.uint8)


def stream_of(png: bytes) -> bytes:
    return b"".join(content for kind, content in chunks_of(png) if kind == b"IDAT")


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("height", [1, STRIP_ROWS - 1, STRIP_ROWS, STRIP_ROWS + 1, 3 * STRIP_ROWS + 5])
def test_it_is_the_picture_that_one_stream_is(height: int, channels: int) -> None:
    """The reference is Pillow's packing of all rows at once: the same filters, and checksums that hold."""
    image = picture(height, channels)
    png, reference = StripPacker().pack(image), png_bytes(image, QUICK)
    assert zlib.decompress(stream_of(png)) == zlib.decompress(stream_of(reference))
    assert [each for each in chunks_of(png) if each[0] != b"IDAT"] == [
        each for each in chunks_of(reference) if each[0] != b"IDAT"
    ]
    assert np.array_equal(png_pixels(png), image)
    with Image.open(io.BytesIO(png)) as opened:
        opened.verify()
    assert len(png) < len(reference) * 1.1 + 100


def test_only_strips_that_changed_are_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[int] = []
    start = zlib.compressobj

    def note(level: int, *others: Any) -> object:
        packed.append(level)
        return start(level, *others)

    monkeypatch.setattr(zlib, "compressobj", note)
    before, packer = picture(5 * STRIP_ROWS), StripPacker()
    first = packer.pack(before)
    assert packed == [QUICK] * 5
    after = before.copy()
    after[2 * STRIP_ROWS + 3 : 2 * STRIP_ROWS + 9, 5:8] ^= 1
    again = packer.pack(after)
    assert len(packed) == 6
    assert again == StripPacker(most=0).pack(after)
    packed.clear()
    assert packer.pack(before) == first, "undone"
    assert packed == []


def test_the_row_above_a_strip_counts() -> None:
    before, packer = picture(3 * STRIP_ROWS), StripPacker()
    packer.pack(before)
    after = before.copy()
    after[STRIP_ROWS - 1] += np.arange(40, dtype=np.uint8)[:, None] * 7
    assert packer.pack(after) == StripPacker().pack(after)
    assert np.array_equal(png_pixels(packer.pack(after)), after)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_packed_before_the_bytes_are_those_of_the_pixels(seed: int) -> None:
    chance = np.random.default_rng(seed)
    packer, image = StripPacker(most=int(chance.integers(0, 9_000))), picture(4 * STRIP_ROWS, seed=seed)
    for _ in range(8):
        row, column = chance.integers(0, [4 * STRIP_ROWS, 40])
        image = image.copy()
        image[row : row + chance.integers(1, 90), column : column + chance.integers(1, 9)] ^= 3
        assert packer.pack(image) == StripPacker(most=0).pack(image)


def test_strips_that_are_kept_have_a_bound() -> None:
    packer = StripPacker(most=3_000)
    for seed in range(5):
        packer.pack(picture(4 * STRIP_ROWS, seed=seed))
        kept = packer._kept.values()  # pyright: ignore[reportPrivateUsage]
        assert 0 < sum(len(each.chunk) for each in kept) <= 3_000


def test_checksums_of_two_texts_are_one_of_both() -> None:
    chance = np.random.default_rng(3)
    for length in (0, 1, 7, 5_552, 70_000):
        first, second = chance.bytes(5_000), b"\xff" * length
        whole = zlib.adler32(first + second)
        assert combine_adler32(zlib.adler32(first), zlib.adler32(second), length) == whole
