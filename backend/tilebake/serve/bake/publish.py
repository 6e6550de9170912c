"""Write textures: a PNG and its record, NAME.bake.json, each always the complete old or the complete new.

They are two files. A kill between the two renames leaves a record that does not fit its picture: that texture
is stale, and is published anew.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from tilebake.errors import Location, ProjectError
from tilebake.level.containment import spelling_of
from tilebake.level.edit.edit_file import edit_json
from tilebake.level.project import project_root
from tilebake.level.source.encoding import open_regular
from tilebake.request import BakeRequest, digest_of_patched
from tilebake.serve.bake.texture_cache import result_digest
from tilebake.serve.files.atomic_write import put_files
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.files.png import LARGEST_FILE, BrokenPictureError, png_bytes, png_pixels
from tilebake.serve.files.safe_folder import SafeFolder, folder_inside
from tilebake.serve.owners.ownership import (
    read_record,
    record_path,
    refuse_foreign,
    refuse_pointer,
    refuse_unwritable,
    report_path,
)
from tilebake.texture import TerrainPlacement, Texture, pixel_hash
from tilebake.version import __version__

CHANGED: Final = "the map, its settings or the model changed"


def publish(
    texture: Texture, request: BakeRequest, png: Path, root: Path, *, replaces_foreign: bool = False
) -> bool:
    """Put a texture and its record in their place; True if the PNG was written, False if its pixels stay.

    Nothing is written outside of `root`, whatever links there are or come to be, and nothing that tilebake
    did not make is replaced, unless `replaces_foreign` says so. Raises BakeError when the place is outside
    or another's, or the disk is full, read-only or otherwise refuses; what was there stays, file by file.
    """
    with disk_errors(png), folder_inside(root, png.parent) as place:
        standing = _bytes_if_same_pixels(place, png.name, texture)
        content = png_bytes(texture.image) if standing is None else standing
        report = None if texture.report is None else png_bytes(texture.report.sheet)
        record = _record(texture, request, png_hash=_sha256(content), report=report)
        files = {record_path(png).name: json.dumps(record, indent=2, allow_nan=False).encode("ascii") + b"\n"}
        if report is not None:
            files[report_path(png).name] = report
        if standing is None:
            files[png.name] = content
        if not replaces_foreign:
            refuse_foreign(png, has_same_pixels=standing is not None, with_report=report is not None)
        refuse_unwritable(place, files)
        put_files(place, files)  # the record first: it says whose the picture is, whenever a kill comes
    return standing is None


def stale_reason(png: Path, digest: str) -> str | None:
    """Say why the texture at `png` is not what a request of this digest gives, or None if it is.

    A clean request's texture may be patched, whatever its anchor: patches show the same map. Raises
    BakeError for a Git LFS pointer in the picture's place.
    """
    if not png.is_file():
        return "not baked yet"
    refuse_pointer(png)
    if not record_path(png).is_file():
        return f"{record_path(png).name} is missing"
    record = read_record(png)
    if record is None:
        return f"{record_path(png).name} cannot be read"
    anchor = record.get("anchor")
    digests = (digest,) if anchor is None else (digest, digest_of_patched(digest, str(anchor)))
    if record.get("digest") not in digests:
        return CHANGED
    if not is_recorded_picture(png, record):
        return "the picture is not the one that was baked"
    return None


def is_patched(png: Path) -> bool:
    """Tell whether a texture is an older painting with patches, as its record says."""
    return "anchor" in (read_record(png) or {})


def is_recorded_picture(png: Path, record: Mapping[str, object]) -> bool:
    """Tell whether a picture is the one that a record tells of: its pixels count, not how they are packed."""
    try:
        with open_regular(png) as file:
            if os.fstat(file.fileno()).st_size > LARGEST_FILE:
                return False  # no picture of ours, and perhaps no end to it
            content = file.read(LARGEST_FILE)
        return _sha256(content) == record.get("png_hash") or _has_pixels(
            content, str(record.get("pixel_hash"))
        )
    except (OSError, BrokenPictureError):
        return False


def _record(
    texture: Texture, request: BakeRequest, *, png_hash: str, report: bytes | None
) -> dict[str, object]:
    height, width = texture.image.shape[:2]
    record: dict[str, object] = {
        "tilebake": __version__,
        "digest": texture.digest,
        "result_digest": result_digest(texture),
        "model": {
            "reference": request.model,
            "digest": request.model_digest,
            "loras": [
                {"name": Path(lora.path).name, "weight": lora.weight, "digest": digest}
                for lora, digest in request.loras
            ],
        },
        "seed": request.seed,
        "settings": request.settings.model_dump(mode="json"),
        "parts": request.part_digests(),
        "bounds": request.shown._asdict(),
        "size": [width, height],
        "timings": {stage: round(seconds, 3) for stage, seconds in texture.timings.items()},
        "pixel_hash": texture.pixel_hash,
        "png_hash": png_hash,
        "environment": dict(texture.environment),
    }
    if request.anchor is not None:
        record["anchor"] = request.anchor_request.digest()
    if request.tilemap.edit is not None:
        record["edit"] = edit_json(request.tilemap.edit)
    if request.tilemap.notes:
        record["notes"] = [str(replace(note, where=Location())) for note in request.tilemap.notes]
    if texture.degraded:
        record["degraded"] = list(texture.degraded)
    if texture.report is not None:
        record["placement"] = {each.terrain: _placement(each) for each in texture.report.terrains}
        if texture.report.ghost is not None:
            record["ghost"] = round(texture.report.ghost, 3)
    if report is not None:
        record["report_hash"] = _sha256(report)
    if (map_name := _name_in_project(request.tilemap.path)) is not None:
        record["map"] = map_name
    return record


def _name_in_project(map_path: Path | None) -> str | None:
    """Return how a map is called below its project's root; None for one that stands in no file."""
    if map_path is None:
        return None
    try:
        root = project_root(map_path)
        return (spelling_of(map_path).parent.resolve() / map_path.name).relative_to(root).as_posix()
    except (ProjectError, ValueError):
        return None


def _placement(each: TerrainPlacement) -> dict[str, object]:
    placement: dict[str, object] = {}
    if each.attention is not None:
        placement["kept"] = round(each.attention.kept, 3)
        placement["by_mask"] = round(each.attention.by_mask, 3)
        placement["bled"] = dict(each.attention.bled)
    if each.judged is not None:
        placement["judged"] = asdict(each.judged)
    if each.drift is not None:
        placement["drift"] = round(each.drift, 3)
    return placement


def _bytes_if_same_pixels(place: SafeFolder, name: str, texture: Texture) -> bytes | None:
    """Return the file of this name if it is a picture of these very pixels."""
    try:
        content = place.read(name, LARGEST_FILE)
        return content if _has_pixels(content, texture.pixel_hash) else None
    except (OSError, BrokenPictureError):
        return None


def _has_pixels(content: bytes, wanted: str) -> bool:
    """Tell whether a PNG shows the pixels of this hash, whatever a program that packed it anew made of it.

    Such programs leave out an alpha channel without holes, and turn few colours into a palette.
    """
    import numpy as np

    pixels = png_pixels(content)
    if pixel_hash(pixels) == wanted:
        return True
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        pixels = png_pixels(content, "RGBA")
    if pixels.shape[2] == 3:
        return pixel_hash(np.pad(pixels, ((0, 0), (0, 0), (0, 1)), constant_values=255)) == wanted
    is_opaque = bool((pixels[..., 3] == 255).all())
    return pixel_hash(pixels) == wanted or (is_opaque and pixel_hash(pixels[..., :3]) == wanted)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
