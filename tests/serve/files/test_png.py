"""Pixels survive as PNG, and a broken file is never taken for a picture."""

import numpy as np
import pytest

from tilebake.serve.files.png import BrokenPictureError, png_bytes, png_pixels


@pytest.mark.parametrize("channels", [3, 4])
def test_pixels_come_back(channels: int) -> None:
    image = np.random.default_rng(1).integers(0, 256, (9, 5, channels), dtype=np.uint8)
    np.testing.assert_array_equal(png_pixels(png_bytes(image)), image)


def test_a_broken_file_is_no_picture() -> None:
    whole = png_bytes(np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    for broken in (b"", b"GIF89a", whole[:8], whole[:40], whole[: len(whole) // 2]):
        with pytest.raises(BrokenPictureError):
            png_pixels(broken)
