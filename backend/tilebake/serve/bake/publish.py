"""Write textures: a PNG and its record, NAME.bake.json, each always the complete old or the complete new.

They are two files. A kill between the two renames leaves a record that does not fit its picture: that texture
is stale, and is published anew.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tilebake.level.edit.edit_file import edit_json
from tilebake.level.map_names import RECORD_SUFFIX
from tilebake.request import BakeRequest
from tilebake.serve.bake.texture_cache import result_digest
from tilebake.serve.files.atomic_write import put_files
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.files.png import LARGEST_FILE, BrokenPictureError, png_bytes, png_pixels
from tilebake.serve.files.safe_folder import SafeFolder, folder_inside
from tilebake.texture import TerrainPlacement, Texture, pixel_hash
from tilebake.version import __version__

REPORT_SUFFIX: Final = ".report.png"
RECORD_LIMIT: Final = 1 << 20  # bytes; ours have about a thousand


def record_path(png: Path) -> Path:
    """Return where the record of a texture is: `maps/forest.png` has `maps/forest.bake.json`."""
    return png.with_name(png.stem + RECORD_SUFFIX)


def report_path(png: Path) -> Path:
    """Return where the picture of a texture's report is: `maps/forest.png` has `maps/forest.report.png`."""
    return png.with_name(png.stem + REPORT_SUFFIX)


def publish(texture: Texture, request: BakeRequest, png: Path, root: Path) -> bool:
    """Put a texture and its record in their place; True if the PNG was written, False if its pixels stay.

    Nothing is written outside of `root`, whatever links there are or come to be. Raises BakeError when the
    place is outside, or the disk is full, read-only or otherwise refuses; what was there stays, file by file.
    """
    with disk_errors(png), folder_inside(root, png.parent) as place:
        standing = _bytes_if_same_pixels(place, png.name, texture)
        content = png_bytes(texture.image) if standing is None else standing
        record = _record(texture, request, png_hash=hashlib.sha256(content).hexdigest())
        files = {record_path(png).name: json.dumps(record, indent=2, allow_nan=False).encode("ascii") + b"\n"}
        if texture.report is not None:
            files = {report_path(png).name: png_bytes(texture.report.sheet), **files}
        put_files(place, files if standing is not None else {png.name: content, **files})
    return standing is None


def stale_reason(png: Path, digest: str) -> str | None:
    """Say why the texture at `png` is not what a request of this digest gives, or None if it is."""
    if not png.is_file():
        return "not baked yet"
    if not record_path(png).is_file():
        return f"{record_path(png).name} is missing"
    record = read_record(png)
    if record is None:
        return f"{record_path(png).name} cannot be read"
    if record.get("digest") != digest:
        return "the map, its settings or the model changed"
    if record.get("png_hash") != _file_hash(png):
        return "the picture is not the one that was baked"
    return None


def read_record(png: Path) -> Mapping[str, object] | None:
    """Read the record of a texture; None where there is none that can be read."""
    path = record_path(png)
    try:
        if not path.is_file() or path.stat().st_size > RECORD_LIMIT:
            return None
        record: object = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):  # a record that another hand damaged is no record
        return None
    return record if isinstance(record, dict) else None


def _record(texture: Texture, request: BakeRequest, *, png_hash: str) -> dict[str, object]:
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
        "bounds": request.tilemap.bounds._asdict(),
        "size": [width, height],
        "timings": {stage: round(seconds, 3) for stage, seconds in texture.timings.items()},
        "pixel_hash": texture.pixel_hash,
        "png_hash": png_hash,
        "environment": dict(texture.environment),
    }
    if request.tilemap.edit is not None:
        record["edit"] = edit_json(request.tilemap.edit)
    if texture.degraded:
        record["degraded"] = list(texture.degraded)
    if texture.report is not None:
        record["placement"] = {each.terrain: _placement(each) for each in texture.report.terrains}
    return record


def _placement(each: TerrainPlacement) -> dict[str, object]:
    placement: dict[str, object] = {
        "kept": round(each.kept, 3),
        "by_mask": round(each.by_mask, 3),
        "bled": dict(each.bled),
    }
    if each.judged is not None:
        placement["judged"] = asdict(each.judged)
    return placement


def _file_hash(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST_FILE:
                return None  # no picture of ours, and perhaps no end to it
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _bytes_if_same_pixels(place: SafeFolder, name: str, texture: Texture) -> bytes | None:
    """Return the file of this name if it is a picture of these very pixels."""
    try:
        content = place.read(name, LARGEST_FILE)
        return content if pixel_hash(png_pixels(content)) == texture.pixel_hash else None
    except (OSError, BrokenPictureError):
        return None
