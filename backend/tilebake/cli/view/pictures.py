"""Turn pictures into what a page can hold: small enough, and within the page itself."""

import base64
import io
import os
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.level.art.decode_png import BrokenPictureError
from tilebake.level.source.encoding import open_regular
from tilebake.serve.files.png import LARGEST_FILE, png_pixels
from tilebake.serve.pages.manifest import Manifest, pages_folder

FULL: Final = 1600  # pixels along the longer side of a map's picture on the page
THUMBNAIL: Final = 480  # of one that was tried
MOST_COLOURS: Final = 256  # of a picture that is kept exactly, as pixel art has to be


class PagePicture(NamedTuple):
    """Hold a picture as a page holds it: its address, its own size, and whether its pixels are to be seen."""

    uri: str
    width: int
    height: int
    is_pixel_art: bool


def picture_of(image: NDArray[np.uint8], longest: int) -> PagePicture:
    """Make a page's picture of pixels [h, w, 3 or 4], at most `longest` along its longer side."""
    picture = Image.fromarray(image)
    width, height = picture.size
    is_pixel_art = picture.convert("RGB").getcolors(MOST_COLOURS) is not None
    if max(width, height) > longest:
        wanted = (max(1, round(side * longest / max(width, height))) for side in (width, height))
        across, down = wanted
        picture = picture.resize((across, down), Image.Resampling.BOX)
        is_pixel_art = False
    buffer = io.BytesIO()
    picture.save(buffer, format="WEBP", lossless=is_pixel_art, quality=88, method=2)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return PagePicture(f"data:image/webp;base64,{encoded}", width, height, is_pixel_art)


def picture_in(png: Path, longest: int, manifest: Manifest | None = None) -> PagePicture | None:
    """Make a page's picture of a PNG file, or of the pages beside it that a manifest lists.

    None where one is not there or cannot be read.
    """
    try:
        if manifest is None:
            return picture_of(_read_pixels(png), longest)
        small = picture_of(np.asarray(_join(png, manifest, longest)), longest)
        return small._replace(width=manifest.width, height=manifest.height)
    except (OSError, BrokenPictureError, MemoryError):
        return None


def _join(png: Path, manifest: Manifest, longest: int) -> Image.Image:
    """Join pages to one picture that is at most `longest` along its longer side."""
    scale = min(1.0, longest / max(manifest.width, manifest.height))
    whole = Image.new("RGBA", (max(1, round(manifest.width * scale)), max(1, round(manifest.height * scale))))
    for page in manifest.files:
        left, top = round(page.x * scale), round(page.y * scale)
        right, bottom = round((page.x + page.width) * scale), round((page.y + page.height) * scale)
        image = Image.fromarray(_read_pixels(pages_folder(png) / page.file))
        size = max(1, right - left), max(1, bottom - top)
        whole.paste(image.resize(size, Image.Resampling.BOX), (left, top))
    return whole


def _read_pixels(png: Path) -> NDArray[np.uint8]:
    """Read a PNG file as RGBA. Raises OSError and BrokenPictureError."""
    with open_regular(png) as file:
        if os.fstat(file.fileno()).st_size > LARGEST_FILE:
            raise BrokenPictureError("it is larger than any picture of tilebake's")
        return png_pixels(file.read(LARGEST_FILE), "RGBA")
