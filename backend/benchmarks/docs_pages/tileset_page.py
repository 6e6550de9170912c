"""Paint the pictures of docs/tilesets.md: the sheets of its first two examples, and levels laid out of them.

    python -m benchmarks.docs_pages.tileset_page

Run it in the root of the repository when the example or the embedded model changed, and look at the pictures.
"""

import contextlib
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from benchmarks.docs_pages.first_map import PICTURES, run
from benchmarks.tilesets.compose import CornerGrid, Pixels, compose

PAGE: Final = PICTURES / "tilesets.md"
COLUMNS, ROWS = 16, 10  # tiles of the level
GAP: Final = 16  # pixels between sheet and level
QUALITY: Final = 90


def main() -> None:
    """Paint the examples by the command that the page shows."""
    examples = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        sheet = paint_sheet("dunes", examples[0])
        show(sheet, compose(sheet, 2, dunes(COLUMNS, ROWS)), "tileset.jpg")
        sheet = paint_sheet("island", examples[1])
        tiles = json.loads(Path("island.tileset.json").read_text(encoding="utf-8"))["tiles"]
        show(sheet, lay_blob(sheet, tiles, island(COLUMNS, ROWS)), "tileset-blob.jpg")


def paint_sheet(name: str, text: str) -> Pixels:
    """Paint a TileSet into the current folder."""
    Path(f"{name}.json").write_text(text, encoding="utf-8")
    run("tileset", f"{name}.json")
    with Image.open(f"{name}.png") as picture:
        return np.asarray(picture.convert("RGB"))


def show(sheet: Pixels, level: Pixels, name: str) -> None:
    """Write a picture of a sheet, twice as large, and of a level beside it."""
    large = sheet.repeat(2, axis=0).repeat(2, axis=1)
    height = max(large.shape[0], level.shape[0])
    shown = Image.new("RGB", (large.shape[1] + GAP + level.shape[1], height), "white")
    shown.paste(Image.fromarray(large), (0, (height - large.shape[0]) // 2))
    shown.paste(Image.fromarray(level), (large.shape[1] + GAP, (height - level.shape[0]) // 2))
    shown.save(PICTURES / name, quality=QUALITY)


def lay_blob(sheet: Pixels, tiles: Sequence[Mapping[str, int]], cells: CornerGrid) -> Pixels:
    """Lay the tiles of a blob: `cells` [rows, columns] are 1 where it lies.

    `tiles` are those of the description beside the sheet, the ground's last.
    """
    side = tiles[1]["x"]
    around = np.pad(cells, 1)
    level = np.empty((cells.shape[0] * side, cells.shape[1] * side, 3), np.uint8)
    places = {tile["number"]: tile for tile in tiles[:-1]}
    for (y, x), is_over in np.ndenumerate(cells):
        near = around[y : y + 3, x : x + 3].ravel()[[1, 2, 5, 8, 7, 6, 3, 0]].tolist()  # clockwise
        on = [n and (i % 2 == 0 or (near[i - 1] and near[(i + 1) % 8])) for i, n in enumerate(near)]
        tile = places[sum(bool(each) << bit for bit, each in enumerate(on))] if is_over else tiles[-1]
        cut = sheet[tile["y"] : tile["y"] + side, tile["x"] : tile["x"] + side]
        level[y * side : (y + 1) * side, x * side : (x + 1) * side] = cut
    return level


def island(columns: int, rows: int) -> CornerGrid:
    """Return the cells of a level with an island that has a lake, and some narrow ones: 1 is the island."""
    y, x = np.mgrid[0:rows, 0:columns]
    land = (np.hypot(x - 5, y - 4) < 3.8) | (np.hypot(x - 11, y - 6) < 2.6)
    narrow = ((y == 1) & (x > 11) & (x < 15)) | ((x == 14) & (y < 4)) | ((y == rows - 1) & (x < 3))
    return ((land & (np.hypot(x - 5, y - 4) > 1.1)) | narrow).astype(np.intp)


def dunes(columns: int, rows: int) -> CornerGrid:
    """Return the corners of a level with a beach and two hollows: 0 is grass, 1 is sand."""
    y, x = np.mgrid[0 : rows + 1, 0 : columns + 1]
    bay = (x / columns) ** 2 + ((y - rows) / rows) ** 2 < 0.32 + 0.08 * np.sin(x * 1.3 + y)
    ponds = (abs(x - 12) + abs(y - 3) < 3) | ((x == 4) & (y == 2))
    return (bay | ponds).astype(np.intp)


if __name__ == "__main__":
    main()
