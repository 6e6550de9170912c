"""Decode PNG files, refusing whatever is not a whole and sound picture of a bearable size."""

import io
import logging
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_log: Final = logging.getLogger(__name__)


class BrokenPictureError(ValueError):
    """Signal bytes that are no PNG, or only part of one."""


def decode_png(
    content: "bytes | memoryview", most: int, mode: Literal["RGBA"] | None = None
) -> "NDArray[np.uint8]":
    """Decode a PNG file of at most `most` pixels. Raises BrokenPictureError.

    They come as the file has them, or turned into `mode`, which shows the same. The size is compared before
    anything is unpacked. MemoryError passes through: the picture may be sound.
    """
    import numpy as np
    from PIL.PngImagePlugin import PngImageFile

    try:  # not by Image.open, which refuses what is larger than 89 million pixels
        with PngImageFile(io.BytesIO(content)) as picture:
            width, height = picture.size
            if width * height > most:
                raise BrokenPictureError(f"{width} x {height} pixels are more than a picture may have")
            return np.asarray(picture if mode is None else picture.convert(mode))
    except (BrokenPictureError, MemoryError):
        raise
    except Exception as error:  # Pillow tells a broken file by whatever its parser stumbles over
        _log.debug("a PNG that cannot be read", exc_info=True)
        raise BrokenPictureError(str(error) or type(error).__name__) from error
