"""The picture of docs/large-maps.md: a level of 100 by 60 tiles, and a piece of it at full size.

    python -m benchmarks.docs_pages.coast_page

Run it in the root of the repository when docs/coast.json or the embedded model changed, and look at it.
It takes some ten minutes.
"""

import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from benchmarks.docs_pages.first_map import run
from benchmarks.serve.process import REPOSITORY

DOCS: Final = REPOSITORY / "docs"
SHOWN: Final = (1400, 840)  # pixels of the whole
PIECE: Final = (2762, 1334, 3280, 1730)  # left, top, right and bottom, in the level's pixels
PLACE: Final = (30, 411)  # of the piece's left top corner
LINE: Final = 2  # pixels of the white lines
QUALITY: Final = 88  # of JPEG


def main() -> None:
    """Paint the level and draw its picture."""
    with tempfile.TemporaryDirectory() as folder:
        run("bake", str(DOCS / "coast.json"), "--out", folder, "--page-size", "8192")
        level = Image.open(Path(folder) / "coast.png").convert("RGB")
    show_piece(level).save(DOCS / "coast.jpg", quality=QUALITY)


def show_piece(level: Image.Image) -> Image.Image:
    """Return a level as a whole with a piece of it at full size."""
    sheet, piece = level.resize(SHOWN, Image.Resampling.LANCZOS), level.crop(PIECE)
    draw = ImageDraw.Draw(sheet)
    left, top, right, bottom = (round(each * SHOWN[0] / level.width) for each in PIECE)
    (x, y), (width, height) = PLACE, piece.size
    draw.line((left, bottom, x + width, y), "white", LINE)
    draw.rectangle((left, top, right, bottom), outline="white", width=LINE)
    sheet.paste(piece, (x, y))
    draw.rectangle((x - LINE, y - LINE, x + width + 1, y + height + 1), outline="white", width=LINE)
    return sheet


if __name__ == "__main__":
    main()
