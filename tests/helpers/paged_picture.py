"""Pictures in pages that are published for tests, and what a reader of them sees; no test itself."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.helpers.page_painter import PagePainter, ignore, map_of
from tilebake.request import BakeRequest
from tilebake.serve.owners.ownership import read_record, record_path
from tilebake.serve.pages.manifest import pages_folder, read_manifest
from tilebake.serve.pages.paged_texture import PagedTexture
from tilebake.serve.pages.paint_pages import paint_pages
from tilebake.serve.pages.publish_pages import publish_pages

LEVEL = map_of(96, 64)  # 768 by 512 pixels: six pages


def bake(png: Path, request: BakeRequest, painter: PagePainter | None = None) -> tuple[PagedTexture, bool]:
    """Paint and publish a picture in pages; whether its pixels are new."""
    texture = paint_pages(painter or PagePainter(), request, png, png.parent.parent, ignore)
    return texture, publish_pages(texture, request, png, png.parent.parent)


def record_of(png: Path) -> dict[str, Any]:
    return json.loads(record_path(png).read_text(encoding="utf-8"))


def files(png: Path) -> set[str]:
    return {path.name for path in pages_folder(png).iterdir()}


def join(png: Path, key: str = "pages") -> np.ndarray:
    """The whole picture, as a reader of the record sees it."""
    manifest = read_manifest(read_record(png), key)
    assert manifest is not None
    image = np.zeros((manifest.height, manifest.width, 3), np.uint8)
    for page in manifest.files:
        with Image.open(pages_folder(png) / page.file) as picture:
            image[page.y : page.y + page.height, page.x : page.x + page.width] = np.asarray(picture)
    return image
