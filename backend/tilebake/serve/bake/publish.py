"""Write textures: a PNG and its record, NAME.bake.json, each always the complete old or the complete new.

They are two files. A kill between the two renames leaves a record that does not fit its picture: that texture
is stale, and is published anew. Pictures in pages are published by serve/pages.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from tilebake.errors import Location, ProjectError
from tilebake.level.art.decode_png import BrokenPictureError
from tilebake.level.containment import spelling_of
from tilebake.level.edit.edit_file import edit_json
from tilebake.level.project import project_root
from tilebake.request import BakeRequest, digest_of_patched
from tilebake.serve.bake.texture_cache import result_digest
from tilebake.serve.files.atomic_write import put_files
from tilebake.serve.files.disk_errors import disk_errors
from tilebake.serve.files.png import LARGEST_FILE, png_bytes, shows_pixels
from tilebake.serve.files.png_strips import pack_picture
from tilebake.serve.files.safe_folder import SafeFolder, folder_inside
from tilebake.serve.owners.ownership import (
    read_record,
    record_path,
    refuse_foreign,
    refuse_pointer,
    refuse_unwritable,
    report_path,
)
from tilebake.serve.pages.manifest import PAGES, pages_folder, read_manifest
from tilebake.serve.pages.one_file import ONE_FILE, is_one_file
from tilebake.serve.pages.page_files import are_recorded, hash_of, is_recorded_file, remove_pages
from tilebake.serve.pages.paged_texture import AnyTexture
from tilebake.serve.tilesets.beside import BESIDE, choose_beside, make_beside, record_beside
from tilebake.texture import TerrainPlacement, Texture
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
        before = read_record(png) or {}
        standing = _bytes_if_same_pixels(place, png.name, texture, before)
        in_haste = request.anchor is not None  # a patch is replaced by the next save or bake
        content = pack_picture(texture, in_haste=in_haste) if standing is None else standing
        report = None if texture.report is None else png_bytes(texture.report.sheet)
        record = record_of(texture, request, png_hash=hash_of(content), report=report)
        described = make_beside(png, request, texture.size[0])
        beside = choose_beside(place, described, before, replaces_foreign=replaces_foreign)
        record |= {BESIDE: record_beside(described, beside, before)} if described else {}
        files = {record_path(png).name: record_bytes(record), **beside}
        if report is not None:
            files[report_path(png).name] = report
        if standing is None:
            files[png.name] = content
        if not replaces_foreign:
            is_ours = standing is not None or is_one_file(png, before)
            refuse_foreign(png, has_same_pixels=is_ours, with_report=report is not None)
        refuse_unwritable(place, files)
        if PAGES in before and standing is None:  # which stay the picture until the record takes its place
            beside = {ONE_FILE: {key: record[key] for key in ("pixel_hash", "png_hash")}}
            put_files(place, {record_path(png).name: record_bytes({**before, **beside}), png.name: content})
            del files[png.name]
        put_files(place, files)  # the record first: it says whose the picture is, whenever a kill comes
        if PAGES in before or pages_folder(png).is_dir():
            remove_pages(place, png, before)
    return standing is None


def record_bytes(record: Mapping[str, object]) -> bytes:
    """Return a record as its file holds it."""
    return json.dumps(record, indent=2, allow_nan=False).encode("ascii") + b"\n"


def stale_reason(png: Path, digest: str) -> str | None:
    """Say why the texture at `png` is not what a request of this digest gives, or None if it is.

    A clean request's texture may be patched, whatever its anchor: patches show the same map. Raises
    BakeError for a Git LFS pointer in the picture's place.
    """
    record = read_record(png)
    if not png.is_file() and PAGES not in (record or {}):
        return "not baked yet"
    refuse_pointer(png)
    if not record_path(png).is_file():
        return f"{record_path(png).name} is missing"
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
    """Tell whether a picture is the one that a record tells of: its pixels count, not how they are packed.

    Raises BakeError for a Git LFS pointer in a page's place.
    """
    if PAGES not in record:
        return is_recorded_file(png, record.get("png_hash"), str(record.get("pixel_hash")))
    manifest = read_manifest(record)
    for page in manifest.files if manifest is not None else ():
        refuse_pointer(pages_folder(png) / page.file)
    return manifest is not None and are_recorded(png, manifest)


def record_of(
    texture: AnyTexture, request: BakeRequest, *, png_hash: str = "", report: bytes | None = None
) -> dict[str, object]:
    """Return what a record says of a texture, but for its pages."""
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
            **_terrain_loras(request),
            **({"embeddings": dict(request.tilemap.embeddings)} if request.tilemap.embeddings else {}),
        },
        "seed": request.seed,
        "settings": request.settings.model_dump(mode="json"),
        "parts": request.part_digests(),
        "bounds": request.shown._asdict(),
        "size": list(texture.size),
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
        record["report_hash"] = hash_of(report)
    if (map_name := _name_in_project(request.tilemap.path)) is not None:
        record["map"] = map_name
    return record


def _terrain_loras(request: BakeRequest) -> dict[str, object]:
    listed = [
        {"terrain": terrain.name, "name": Path(each.path).name, "weight": each.weight, "digest": each.digest}
        for terrain in request.tilemap.terrains
        for each in terrain.loras
    ]
    return {"terrain_loras": listed} if listed else {}


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


def _bytes_if_same_pixels(
    place: SafeFolder, name: str, texture: Texture, record: Mapping[str, object]
) -> bytes | None:
    """Return the file of this name if it is a picture of these very pixels."""
    try:
        content = place.read(name, LARGEST_FILE)
        if record.get("png_hash") == hash_of(content) and record.get("pixel_hash") != texture.pixel_hash:
            return None  # the very file that was written with the record, of other pixels
        return content if shows_pixels(content, texture.pixel_hash) else None
    except (OSError, BrokenPictureError):
        return None
