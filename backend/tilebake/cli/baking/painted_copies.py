"""Write copies of Tiled maps that show their paintings, for `tilebake bake --image-layer`."""

import os
import struct
from pathlib import Path
from typing import Final

from tilebake.cli.output import write_file
from tilebake.cli.terminal.printing import near, say, tell_note
from tilebake.errors import BakeError, Location, MapError, TilebakeError, shown
from tilebake.level.formats.beside import WorldPlace
from tilebake.level.formats.tiled.painted_copy import COPY_MARK, LayerPicture, add_image_layer, is_tiled_map
from tilebake.level.map_names import painted_copy_of
from tilebake.level.project import find_project
from tilebake.level.source.encoding import open_regular, read_bytes
from tilebake.level.tilemap import beside_of
from tilebake.serve.bake.discover import FoundMap, find_maps
from tilebake.serve.bake.plan import BakeOptions, Planner

_HEAD: Final = struct.Struct(">16xII")  # of a PNG file: its width and height


def write_painted_copies(paths: tuple[Path, ...], options: BakeOptions) -> None:
    """Write a copy beside each map of Tiled that is painted.

    Raises TilebakeError for the first that cannot be written, after the others.
    """
    planner, errors = Planner(options, trusts_records=True), list[TilebakeError]()
    for each in find_maps(paths, on_error=_ignore):
        if not is_tiled_map(each.path):
            tell_note(f"{shown(each.path)} is no map of Tiled, and has no image layers")
            continue
        try:
            say(f"copy {shown(near(_write_copy(planner, each)))}")
        except TilebakeError as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _write_copy(planner: Planner, found: FoundMap) -> Path:
    """Write the copy of a map, and return its path. Raises TilebakeError."""
    planned, path, project = planner.plan(*found), found.path, find_project(found.path)
    if planned.stale is not None or not planned.png.is_file():
        hint = "paint it first; a picture in pages cannot be shown as one layer"
        raise BakeError("the picture is not up to date, or is in pages", where=Location(path), hint=hint)
    copy = painted_copy_of(path)
    if copy.exists() and COPY_MARK.encode("utf-8") not in read_bytes(copy, MapError):
        hint = "move it away; only copies that tilebake wrote are replaced"
        raise BakeError("is there already, and tilebake did not write it", where=Location(copy), hint=hint)
    with open_regular(planned.png) as file:
        width, height = _HEAD.unpack(file.read(_HEAD.size))
    bounds = planned.request.shown
    if (width, height) != (round(bounds.width), round(bounds.height)):
        what = f"its picture has {width} by {height} pixels, and it {bounds.width:g} by {bounds.height:g}"
        hint = "Tiled shows pictures pixel by pixel: paint it without keep_resolution"
        raise BakeError(what, where=Location(path), hint=hint)
    place = beside_of(path, project).place or WorldPlace(0, 0)
    source = Path(os.path.relpath(planned.png, copy.parent)).as_posix()
    picture = LayerPicture(source, width, height)
    write_file(copy, add_image_layer(read_bytes(path, MapError), path, picture, bounds, place))
    return copy


def _ignore(_error: MapError) -> None:
    """For what the bake has told."""
