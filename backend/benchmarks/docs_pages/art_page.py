"""The pictures of docs/own-art.md: what a painting takes from a game's own tiles, and edits of a picture.

    python -m benchmarks.docs_pages.art_page

Run it in the root of the repository when the embedded model changed, and look at both.
"""

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.art.run import draw_flat_tiles
from benchmarks.docs_pages.first_map import run
from benchmarks.quality.paintings import map_path
from benchmarks.serve.process import REPOSITORY

DOCS: Final = REPOSITORY / "docs"
GAP: Final = 8  # pixels between the pictures of a sheet
QUALITY: Final = 88  # of JPEG
KEPT: Final = (490, 175, 710, 395)  # a circle of forest.png: left, top, right and bottom, in pixels
GRASS: Final = {"dry": ("lush green", "dry yellow"), "snow": ("lush green grass", "smooth white snow")}


def main() -> None:
    """Paint both, by the commands that the page shows."""
    content = json.loads(map_path("forest").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        show_own_art(content).save(DOCS / "own-art.jpg", quality=QUALITY)
        show_edits(content).save(DOCS / "edited-art.jpg", quality=QUALITY)


def show_own_art(content: dict[str, Any]) -> Image.Image:
    """Return the tiles, the map in words alone, from the tiles, and around a part that is kept."""
    Image.fromarray(draw_flat_tiles(content)).save("tiles.png")
    words = bake("words", content)
    cut_circle(words.transpose(Image.Transpose.FLIP_TOP_BOTTOM)).save("keep.png")
    pictures = (
        Image.open("tiles.png"),
        words,
        bake("from_tiles", {**content, "art": "tiles.png"}, "--init-strength", "0.6"),
        bake("kept", {**content, "keep": "keep.png"}),
    )
    return lay_out([each.resize((512, 384), Image.Resampling.LANCZOS) for each in pictures[1:]], pictures[0])


def show_edits(content: dict[str, Any]) -> Image.Image:
    """Return a picture and two edits of it, side by side."""
    save("edited", {**content, "art": "words.png"})
    for name, words in GRASS.items():
        what = ("--source", "art", "--terrain", "grass", "--replace", *words)
        run("edit", "edited.json", *what, "--out", f"{name}.png")
    small = [Image.open(f"{name}.png").convert("RGB").resize((440, 330)) for name in ("words", *GRASS)]
    return beside(small)


def save(name: str, content: dict[str, Any]) -> None:
    """Save a map in the current folder."""
    Path(f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def bake(name: str, content: dict[str, Any], *options: str) -> Image.Image:
    """Return a map's painting, which is kept beside it."""
    save(name, content)
    run("bake", f"{name}.json", *options)
    return Image.open(f"{name}.png").convert("RGB")


def cut_circle(picture: Image.Image) -> Image.Image:
    """Return a picture of which a circle is opaque, and the rest not there."""
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).ellipse(KEPT, fill=255)
    pixels = np.dstack([np.asarray(picture), np.asarray(mask)])
    pixels[pixels[..., 3] == 0] = 0
    return Image.fromarray(pixels)


def lay_out(paintings: list[Image.Image], tiles: Image.Image) -> Image.Image:
    """Return the tiles and three paintings in two rows."""
    flat = tiles.resize(paintings[0].size, Image.Resampling.NEAREST)
    above, below = beside([flat, paintings[0]]), beside(paintings[1:])
    sheet = Image.new("RGB", (above.width, above.height + GAP + below.height), "white")
    sheet.paste(above, (0, 0))
    sheet.paste(below, (0, above.height + GAP))
    return sheet


def beside(pictures: list[Image.Image]) -> Image.Image:
    """Return pictures of one size in a row."""
    width, height = pictures[0].size
    sheet = Image.new("RGB", (len(pictures) * (width + GAP) - GAP, height), "white")
    for index, each in enumerate(pictures):
        sheet.paste(each, (index * (width + GAP), 0))
    return sheet


if __name__ == "__main__":
    main()
