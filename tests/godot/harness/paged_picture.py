"""Cut a picture into pages, by tilebake's own code for publishing large ones."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from tilebake.serve.pages.manifest import PAGES, Manifest, Page, PagePlace, pages_folder
from tilebake.serve.pages.page_files import write_page
from tilebake.texture import Texture, pixel_hash


def cut(picture: Path, side: int) -> list[Path]:
    """Put pages of so many pixels a side, and a record that lists them, in a picture's place. Return them."""
    with Image.open(picture) as image:
        pixels = np.asarray(image.convert("RGBA"))
    height, width = pixels.shape[:2]
    places = [
        PagePlace(x, y, min(side, width - x), min(side, height - y))
        for y in range(0, height, side)
        for x in range(0, width, side)
    ]
    pages = tuple(_write(picture, pixels, place) for place in places)
    record = picture.with_suffix(".bake.json")
    held = json.loads(record.read_text(encoding="utf-8"))
    manifest = Manifest(width, height, pages)
    record.write_text(json.dumps({**held, PAGES: manifest.as_json()}), encoding="utf-8")
    picture.unlink()
    return [pages_folder(picture) / page.file for page in pages]


def _write(picture: Path, pixels: np.ndarray, place: PagePlace) -> Page:
    part = np.ascontiguousarray(pixels[place.y : place.y + place.height, place.x : place.x + place.width])
    page, _ = write_page(picture.parent, picture, place, Texture(part, "", pixel_hash(part)))
    return page
