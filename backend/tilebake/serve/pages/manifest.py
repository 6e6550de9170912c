"""List the pages of a picture: what a record says of them, and where their files lie."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError

FOLDER_SUFFIX: Final = ".pages"
PAGES: Final = "pages"  # in a record: those that are the picture
PREVIOUS: Final = "previous"  # and those that were, whose files are kept for who still reads them
NAME_DIGITS: Final = 32  # of the hash of its pixels, in the name of a page
IGNORED: Final = ".gdignore"  # keeps Godot from importing pages: each bake gives changed ones new names

FileName = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{NAME_DIGITS}}}\.png$")]
Count = Annotated[int, Field(ge=0)]


class PagePlace(NamedTuple):
    """Say where a page lies, in pixels of the whole picture."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Page:
    """Describe one page: its file, and the pixels of the whole picture that it shows."""

    file: FileName
    x: Count
    y: Count
    width: Count
    height: Count
    digest: str = ""  # of the request that painted it
    png_hash: str = ""  # SHA-256 of the file

    @property
    def place(self) -> PagePlace:
        """Where it lies in the whole picture."""
        return PagePlace(self.x, self.y, self.width, self.height)


@dataclass(frozen=True)
class Manifest:
    """List the pages of one picture, row by row, with its size in pixels."""

    width: Count
    height: Count
    files: tuple[Page, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of all files."""
        return frozenset(page.file for page in self.files)

    @property
    def pixel_hash(self) -> str:
        """SHA-256 (hex) over what the pages show, and where."""
        pages = [f"{page.file} {tuple(page.place)}" for page in self.files]
        return hashlib.sha256("\n".join((f"{self.width}x{self.height}", *pages)).encode("ascii")).hexdigest()

    def shows_same(self, other: "Manifest | None") -> bool:
        """Tell whether another manifest lists the same pages in the same places."""
        return other is not None and self.pixel_hash == other.pixel_hash

    def without_digests(self) -> "Manifest":
        """Return what tells the pages' files and shows them, but not what they were painted from."""
        return replace(self, files=tuple(replace(page, digest="") for page in self.files))

    def as_json(self) -> dict[str, Any]:
        """Return the manifest as a record holds it."""
        return _FORM.dump_python(self, mode="json", exclude_defaults=True)


_FORM: Final = TypeAdapter(Manifest)


def pages_folder(png: Path) -> Path:
    """Return where the pages of a picture lie: `maps/forest.png` has `maps/forest.pages`."""
    return png.with_name(png.stem + FOLDER_SUFFIX)


def page_name(pixel_hash: str) -> str:
    """Return the name of a page with these pixels."""
    return f"{pixel_hash[:NAME_DIGITS]}.png"


def read_manifest(record: Mapping[str, object] | None, key: str = PAGES) -> Manifest | None:
    """Return the pages that a record lists; None where it lists none, or what it lists are no pages."""
    if record is None or key not in record:
        return None
    try:
        return _FORM.validate_python(record[key])
    except ValidationError:
        return None


def recorded_pages(record: Mapping[str, object]) -> tuple[Page, ...]:
    """Return the pages of both pictures that a record lists, each file once."""
    manifests = [read_manifest(record, key) for key in (PREVIOUS, PAGES)]
    files = {page.file: page for each in manifests if each is not None for page in each.files}
    return tuple(files.values())
