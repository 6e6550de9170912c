"""Paint the picture of docs/tilesets.md: the sheet of its first example, and a level that is laid out of it.

    python -m benchmarks.docs_pages.tileset_page

Run it in the root of the repository when the example or the embedded model changed, and look at the picture.
"""

import contextlib
import re
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from benchmarks.docs_pages.first_map import PICTURES, run
from benchmarks.tilesets.compose import CornerGrid, compose

PAGE: Final = PICTURES / "tilesets.md"
COLUMNS, ROWS = 16, 10  # tiles of the level
GAP: Final = 16  # pixels between sheet and level
QUALITY: Final = 90


def main() -> None:
    """Paint the example by the command that the page shows."""
    found = re.search(r"^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None, "the page shows a TileSet"
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("dunes.json").write_text(found[1], encoding="utf-8")
        run("tileset", "dunes.json")
        with Image.open("dunes.png") as picture:
            sheet = np.asarray(picture.convert("RGB"))
    level = compose(sheet, 2, dunes(COLUMNS, ROWS))
    large = sheet.repeat(2, axis=0).repeat(2, axis=1)
    shown = Image.new("RGB", (large.shape[1] + GAP + level.shape[1], level.shape[0]), "white")
    shown.paste(Image.fromarray(large), (0, (level.shape[0] - large.shape[0]) // 2))
    shown.paste(Image.fromarray(level), (large.shape[1] + GAP, 0))
    shown.save(PICTURES / "tileset.jpg", quality=QUALITY)


def dunes(columns: int, rows: int) -> CornerGrid:
    """Return the corners of a level with a beach and two hollows: 0 is grass, 1 is sand."""
    y, x = np.mgrid[0 : rows + 1, 0 : columns + 1]
    bay = (x / columns) ** 2 + ((y - rows) / rows) ** 2 < 0.32 + 0.08 * np.sin(x * 1.3 + y)
    ponds = (abs(x - 12) + abs(y - 3) < 3) | ((x == 4) & (y == 2))
    return (bay | ponds).astype(np.intp)


if __name__ == "__main__":
    main()
