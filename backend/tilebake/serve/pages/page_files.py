"""Write the files of pages, tell those that are ours from others, and remove what no record lists any more.

A page's file is named by the hash of its pixels. So a name never gets other pixels, a page that a bake left
as it was is not written, and whether a file is a page of ours can be proved by reading it.
"""

import hashlib
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from tilebake.level.art.decode_png import BrokenPictureError
from tilebake.level.source.encoding import open_regular
from tilebake.serve.files.atomic_write import put_files
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.files.png import LARGEST_FILE, shows_pixels
from tilebake.serve.files.png_strips import pack_picture
from tilebake.serve.files.safe_folder import SafeFolder, folder_inside
from tilebake.serve.pages.manifest import (
    IGNORED,
    NAME_DIGITS,
    Manifest,
    Page,
    PagePlace,
    page_name,
    pages_folder,
    recorded_pages,
)
from tilebake.texture import Texture

_NAME: Final = re.compile(rf"[0-9a-f]{{{NAME_DIGITS}}}\.png")


def is_recorded_file(file: Path, png_hash: object, pixel_hash: str) -> bool:
    """Tell whether a file is the picture of these hashes: its pixels count, not how they are packed."""
    try:
        with open_regular(file) as opened:
            if os.fstat(opened.fileno()).st_size > LARGEST_FILE:
                return False  # no picture of ours, and perhaps no end to it
            content = opened.read(LARGEST_FILE)
        return hash_of(content) == png_hash or shows_pixels(content, pixel_hash)
    except (OSError, BrokenPictureError):
        return False


def is_recorded_page(png: Path, page: Page) -> bool:
    """Tell whether a page of a picture is there as it was published."""
    file = pages_folder(png) / page.file
    return is_recorded_file(file, page.png_hash, page.file[:NAME_DIGITS])


def write_page(
    root: Path, png: Path, place: PagePlace, texture: Texture, *, in_haste: bool = False
) -> tuple[Page, bool]:
    """Write a page of a picture, and tell whether it had to be: its file may be there. Raises BakeError.

    `in_haste` it takes more bytes.
    """
    name = page_name(texture.pixel_hash)
    with disk_errors(pages_folder(png) / name), folder_inside(root, pages_folder(png)) as folder:
        if IGNORED not in folder.names():
            folder.write(IGNORED, b"")
        content = _read_page(folder, name)
        is_new = content is None
        if content is None:
            content = pack_picture(texture, in_haste=in_haste)
            put_files(folder, {name: content})
    return Page(name, *place, texture.digest, hash_of(content)), is_new


def remove_unlisted(
    place: SafeFolder, png: Path, listed: Collection[str], record: Mapping[str, object]
) -> None:
    """Remove pages of ours that are not listed; what cannot be removed is left for the next time.

    `record` is one that may know them, and saves looking at their pixels.
    """
    with suppress(OSError), place.folder(pages_folder(png).name) as folder:
        _remove(folder, listed, record)


def remove_pages(place: SafeFolder, png: Path, record: Mapping[str, object]) -> None:
    """Remove all pages of ours, and their folder unless a user keeps something in it; else as above."""
    with suppress(OSError):
        with place.folder(pages_folder(png).name) as folder:
            _remove(folder, (), record)
            if folder.names() == [IGNORED] and not folder.status(IGNORED).st_size:
                folder.remove(IGNORED)
        place.remove_folder(pages_folder(png).name)


def hash_of(content: bytes) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def are_recorded(png: Path, manifest: Manifest) -> bool:
    """Tell whether all pages of a picture are there as they were published."""
    return all(is_recorded_page(png, page) for page in manifest.files)


def _remove(folder: SafeFolder, listed: Collection[str], record: Mapping[str, object]) -> None:
    known = {page.file: page.png_hash for page in recorded_pages(record)}
    for name in folder.names():
        if _NAME.fullmatch(name) and name not in listed and _is_ours(folder, name, known.get(name)):
            with suppress(OSError):
                folder.remove(name)
    folder.sync()


def _is_ours(folder: SafeFolder, name: str, png_hash: str | None) -> bool:
    try:
        content = folder.read(name, LARGEST_FILE)
        return hash_of(content) == png_hash or shows_pixels(content, name[:NAME_DIGITS])
    except (OSError, BrokenPictureError):
        return False


def _read_page(folder: SafeFolder, name: str) -> bytes | None:
    """Return a file of a folder of pages if it shows the pixels that its name says."""
    try:
        content = folder.read(name, LARGEST_FILE)
        return content if shows_pixels(content, name[:NAME_DIGITS]) else None
    except (OSError, BrokenPictureError):
        return None
