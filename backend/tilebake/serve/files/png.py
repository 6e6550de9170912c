"""PNG: pixels to bytes and back, refusing whatever is not a whole and sound picture."""

import io
from typing import TYPE_CHECKING, Final, Literal

from tilebake.level.art.decode_png import decode_png
from tilebake.level.output import MOST_PIXELS
from tilebake.texture import pixel_hash

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


SMALL: Final = 4  # zlib's level: less than 1 % larger than its own 6, in half the time
QUICK: Final = 1  # a tenth larger, in a fifth of the time: for what only tilebake reads
LARGEST_FILE: Final = 4 * MOST_PIXELS + (16 << 20)  # bytes: pixels that do not compress at all, and chunks


def png_bytes(image: "NDArray[np.uint8]", level: int = SMALL) -> bytes:
    """Encode an image [height, width, 3 or 4] as a PNG file, at one of zlib's levels."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG", compress_level=level)
    return buffer.getvalue()


def png_pixels(content: "bytes | memoryview", mode: Literal["RGBA"] | None = None) -> "NDArray[np.uint8]":
    """Decode a PNG file's pixels as `decode_png` does, up to the size that tilebake itself makes."""
    return decode_png(content, MOST_PIXELS, mode)


def shows_pixels(content: "bytes | memoryview", wanted: str) -> bool:
    """Tell whether a PNG shows the pixels of a hash, whatever a program that packed it anew made of it.

    The first digits of the hash are enough. Such programs leave out an alpha channel without holes, and turn
    few colours into a palette. Raises BrokenPictureError.
    """
    import numpy as np

    def is_wanted(pixels: "NDArray[np.uint8]") -> bool:
        return wanted != "" and pixel_hash(pixels).startswith(wanted)

    pixels = png_pixels(content)
    if is_wanted(pixels):
        return True
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        pixels = png_pixels(content, "RGBA")
    if pixels.shape[2] == 3:
        return is_wanted(np.pad(pixels, ((0, 0), (0, 0), (0, 1)), constant_values=255))
    is_opaque = bool((pixels[..., 3] == 255).all())
    return is_wanted(pixels) or (is_opaque and is_wanted(pixels[..., :3]))
