"""Change between a picture in one file and one in pages, so that a kill leaves one of both whole.

While both are there, the record lists pages, and says by which hashes the one file beside them is ours.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, cast

from tilebake.serve.files.safe_folder import SafeFolder
from tilebake.serve.pages.manifest import PAGES
from tilebake.serve.pages.page_files import is_recorded_file

ONE_FILE: Final = "one_file"


def describe_one_file(png: Path, record: Mapping[str, object]) -> dict[str, object]:
    """Return what a record of pages says of the picture that they take the place of, if it is ours."""
    hashes = record.get(ONE_FILE) if PAGES in record else record
    said: dict[str, object] = {
        ONE_FILE: {key: _fields(hashes).get(key) for key in ("pixel_hash", "png_hash")}
    }
    return said if is_one_file(png, said) else {}


def is_one_file(png: Path, record: Mapping[str, object]) -> bool:
    """Tell whether the file beside the pages of a record is a picture of ours."""
    hashes = _fields(record.get(ONE_FILE))
    return bool(hashes) and is_recorded_file(png, hashes.get("png_hash"), str(hashes.get("pixel_hash")))


def remove_one_file(place: SafeFolder, png: Path, record: Mapping[str, object]) -> None:
    """Remove the picture beside the pages of a record, if it is ours; else, or if it is held, it stays."""
    if is_one_file(png, record):
        with suppress(OSError):
            place.remove(png.name)
            place.sync()


def _fields(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
