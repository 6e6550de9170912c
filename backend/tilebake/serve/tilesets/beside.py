"""Keep beside a sheet the files by which engines read it; what a user changed in one is the user's.

A TileSet gets collision shapes, animations and more in its editor. So a file that is no longer as it was
written stays as it is, whatever is painted anew, and one that is gone is written again.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from tilebake.errors import BakeError, Location
from tilebake.level.source.encoding import open_regular
from tilebake.level.torus.tile_layout import layout_of
from tilebake.request import BakeRequest
from tilebake.serve.files.safe_folder import SafeFolder
from tilebake.serve.pages.page_files import hash_of
from tilebake.serve.tilesets.godot import write_tres
from tilebake.serve.tilesets.sheet import describe, sheet_of
from tilebake.serve.tilesets.tiled import write_tsx

BESIDE: Final = "beside"  # in a record: the hash of each file as it was written, by name
_LARGEST: Final = 16 << 20  # bytes of one that is read: ours have some thousand

_WRITERS: Final = {".tres": write_tres, ".tsx": write_tsx, ".tileset.json": describe}


def names_beside(png: Path, request: BakeRequest) -> list[str]:
    """Return the names of the files that belong beside a request's picture: none, but of a TileSet."""
    return [png.stem + suffix for suffix in _WRITERS] if request.tilemap.tile_set else []


def make_beside(png: Path, request: BakeRequest, width: int) -> dict[str, bytes]:
    """Return the files beside a request's picture, which is `width` pixels wide."""
    tile_set = request.tilemap.tile_set
    if tile_set is None:
        return {}
    sheet = sheet_of(png.stem, tile_set, layout_of(request.tilemap), width)
    return {png.stem + suffix: write(sheet).encode("utf-8") for suffix, write in _WRITERS.items()}


def choose_beside(
    place: SafeFolder,
    files: Mapping[str, bytes],
    record: Mapping[str, object],
    *,
    replaces_foreign: bool = False,
) -> dict[str, bytes]:
    """Return those of the files that are to be written: what a user changed in one stays.

    `record` is the last one. Raises BakeError for a file that tilebake did not make, unless it may be
    replaced.
    """
    known = hashes_beside(record)
    chosen: dict[str, bytes] = {}
    for name, content in files.items():
        try:
            standing = hash_of(place.read(name, _LARGEST))
        except FileNotFoundError:
            standing = None
        if standing not in (None, hash_of(content), known.get(name)):
            if name in known:
                continue
            if not replaces_foreign:
                what = "stands where a file of the TileSet goes, and tilebake did not make it"
                hint = "move it away, or let `--force` replace it"
                raise BakeError(what, where=Location(place.path / name), hint=hint)
        if standing != hash_of(content):
            chosen[name] = content
    return chosen


def record_beside(
    files: Mapping[str, bytes], chosen: Mapping[str, bytes], record: Mapping[str, object]
) -> dict[str, str]:
    """Return what the next record says of the files: what they were when they were written."""
    known = hashes_beside(record)
    return {
        name: hash_of(content) if name in chosen or name not in known else known[name]
        for name, content in files.items()
    }


def hashes_beside(record: Mapping[str, object]) -> Mapping[str, str]:
    """Return what a record says of the files beside its picture."""
    found = record.get(BESIDE)
    entries = cast("dict[object, object]", found) if isinstance(found, dict) else {}
    return {str(name): str(value) for name, value in entries.items()}


def missing_beside(png: Path, request: BakeRequest) -> str | None:
    """Say which file is missing beside a picture, if one is."""
    missing = [name for name in names_beside(png, request) if not png.with_name(name).is_file()]
    return f"{missing[0]} is missing" if missing else None


def changed_beside(png: Path, record: Mapping[str, object]) -> list[str]:
    """Return the names of the files that a user changed since they were written."""
    changed: list[str] = []
    for name, known in hashes_beside(record).items():
        try:
            with open_regular(png.with_name(name)) as file:
                content = file.read(_LARGEST)
        except OSError:
            continue
        if hash_of(content) != known:
            changed.append(name)
    return changed
