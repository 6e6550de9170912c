"""A published texture is always the complete old one or the complete new one."""

import json
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tilebake.errors import BakeError
from tilebake.level.edit.edit import Edit, Refine, Reweight, Rewrite, Threshold
from tilebake.request import BakeRequest
from tilebake.serve.bake.publish import publish, stale_reason
from tilebake.serve.bake.texture_cache import result_digest
from tilebake.serve.files.png import QUICK, png_bytes
from tilebake.serve.files.png_strips import StripPacker
from tilebake.serve.owners.ownership import RECORD_LIMIT, read_record, record_path
from tilebake.texture import JudgedTiles, PackedPixels, PlacementReport, TerrainPlacement, Texture, pixel_hash

Requests = Callable[[int], BakeRequest]
Textures = Callable[[BakeRequest], Texture]


@pytest.fixture
def png(tmp_path: Path) -> Path:
    return tmp_path / "textures" / "forest.png"


def put(texture: Texture, request: BakeRequest, png: Path) -> bool:
    """Publish a texture in its project."""
    return publish(texture, request, png, png.parent.parent)


def pixels(png: Path) -> NDArray[np.uint8]:
    with Image.open(png) as picture:
        return np.asarray(picture)


def names(png: Path) -> set[str]:
    return {path.name for path in png.parent.iterdir()}


def test_a_texture_is_published_with_its_record(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(7)
    texture = texture_of(request)
    assert put(texture, request, png) is True
    assert names(png) == {"forest.png", "forest.bake.json"}
    np.testing.assert_array_equal(pixels(png), texture.image)
    record = json.loads(record_path(png).read_text(encoding="utf-8"))
    assert record["digest"] == request.digest()
    assert record["model"] == {"reference": "embedded", "digest": "model digest", "loras": []}
    assert record["bounds"] == {"x": 0, "y": 0, "width": 24, "height": 16}
    assert record["size"] == [24, 16]
    assert record["pixel_hash"] == texture.pixel_hash
    assert record["timings"] == {"denoise": 0.123}
    assert record["environment"] == {"device": "none"}
    assert record["settings"]["base_prompt_weight"] == 0.3
    assert "degraded" not in record
    assert record["result_digest"] == request.digest()
    assert stale_reason(png, request.digest()) is None


def test_a_patched_texture_is_packed_quickly_and_a_clean_one_well(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    clean = request_of(7)
    patched = replace(clean, anchor=request_of(8).tilemap)
    texture = texture_of(clean)
    put(texture, patched, png)
    assert png.read_bytes() == StripPacker().pack(texture.image)
    kept = texture_of(request_of(10))
    packed = png_bytes(kept.image, level=2)
    put(
        replace(kept, pixels=PackedPixels(packed)), replace(request_of(10), anchor=request_of(8).tilemap), png
    )
    assert png.read_bytes() == packed  # as the cache had it: it is not packed once more
    other = texture_of(request_of(9))
    put(replace(other, pixels=PackedPixels(png_bytes(other.image, QUICK))), request_of(9), png)
    assert png.read_bytes() == png_bytes(other.image)


def test_the_edit_that_was_painted_is_recorded(png: Path, request_of: Requests, texture_of: Textures) -> None:
    plain = request_of(7)
    edit = Edit({"grass": Rewrite("dry grass", Refine(0.5), Reweight({"dry": 3.0}, Threshold(0.4)))}, 0.2)
    request = replace(plain, tilemap=replace(plain.tilemap, edit=edit))
    put(texture_of(request), request, png)
    record = json.loads(record_path(png).read_text(encoding="utf-8"))
    assert record["edit"] == {
        "terrains": {
            "grass": {
                "prompt": "dry grass",
                "align": "refine",
                "cross_replace_steps": 0.5,
                "reweight": {"dry": 3.0},
                "threshold": 0.4,
                "average": False,
                "compress": 1.0,
            }
        },
        "self_replace_steps": 0.2,
        "source_steps": 0.2,
    }
    assert stale_reason(png, plain.digest()) is not None
    put(texture_of(plain), plain, png)
    assert "edit" not in json.loads(record_path(png).read_text(encoding="utf-8"))


def test_what_was_given_up_is_recorded(png: Path, request_of: Requests, texture_of: Textures) -> None:
    texture = replace(texture_of(request_of(7)), degraded=("tiled decode",))
    put(texture, request_of(7), png)
    record = json.loads(record_path(png).read_text(encoding="utf-8"))
    assert record["degraded"] == ["tiled decode"]
    assert record["result_digest"] == result_digest(texture) != record["digest"]
    assert stale_reason(png, request_of(7).digest()) is None


def test_transparent_pixels_come_back_as_they_were(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    image = np.random.default_rng(1).integers(0, 256, (16, 24, 4), dtype=np.uint8)
    texture = replace(texture_of(request_of(7)), pixels=image, pixel_hash=pixel_hash(image))
    assert put(texture, request_of(7), png) is True
    assert put(texture, request_of(7), png) is False
    np.testing.assert_array_equal(pixels(png), image)


def test_the_same_pixels_leave_the_file_untouched(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    texture = texture_of(request_of(7))
    put(texture, request_of(7), png)
    before = png.stat()
    other_request = replace(request_of(7), model_digest="another model")
    assert put(replace(texture, digest=other_request.digest()), other_request, png) is False
    assert (png.stat().st_mtime_ns, png.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert stale_reason(png, other_request.digest()) is None


FLAT = np.full((8, 8, 3), (40, 160, 60), np.uint8)
OPAQUE = np.dstack([FLAT, np.full((8, 8), 255, np.uint8)])
HOLED = np.dstack([FLAT, np.zeros((8, 8), np.uint8)])


@pytest.mark.parametrize(
    ("image", "mode"), [(FLAT, "P"), (FLAT, "RGBA"), (OPAQUE, "RGB"), (HOLED, "P"), (FLAT // 9 * 0 + 7, "L")]
)
def test_a_picture_that_was_made_smaller_without_loss_is_not_stale(
    image: NDArray[np.uint8], mode: str, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    texture = replace(texture_of(request_of(7)), pixels=image, pixel_hash=pixel_hash(image))
    put(texture, request_of(7), png)
    packed = Image.fromarray(image).quantize() if mode == "P" else Image.fromarray(image).convert(mode)
    packed.save(png, optimize=True)
    optimized = png.read_bytes()
    assert stale_reason(png, request_of(7).digest()) is None
    assert put(texture, request_of(7), png) is False
    assert png.read_bytes() == optimized
    Image.fromarray(np.where(image == 40, 41, image + (image < 40))).save(png)
    assert stale_reason(png, request_of(7).digest()) == "the picture is not the one that was baked"
    Image.fromarray(np.dstack([image[..., :3], np.full((8, 8), 128, np.uint8)])).save(png)
    assert stale_reason(png, request_of(7).digest()) == "the picture is not the one that was baked"


def test_the_same_pixels_packed_by_another_program_stay(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(7)
    put(texture_of(request), request, png)
    Image.fromarray(pixels(png)).save(png, compress_level=1)
    repacked = png.read_bytes()
    assert stale_reason(png, request.digest()) is None
    assert put(texture_of(request), request, png) is False
    assert png.read_bytes() == repacked
    assert stale_reason(png, request.digest()) is None


@pytest.mark.parametrize("content", [b"", b"not a picture", None], ids=["empty", "text", "cut off"])
def test_a_broken_picture_is_replaced(
    content: bytes | None, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(7)
    put(texture_of(request), request, png)
    png.write_bytes(png.read_bytes()[:-200] if content is None else content)
    assert stale_reason(png, request.digest()) == "the picture is not the one that was baked"
    assert put(texture_of(request), request, png) is True
    assert stale_reason(png, request.digest()) is None


def test_a_texture_is_stale_until_it_is_baked(png: Path) -> None:
    assert stale_reason(png, "digest") == "not baked yet"


def test_a_texture_is_stale_when_the_request_changed(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    put(texture_of(request_of(7)), request_of(7), png)
    assert stale_reason(png, request_of(8).digest()) == "the map, its settings or the model changed"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "forest.bake.json is missing"),
        (b"", "forest.bake.json cannot be read"),
        (b"[]", "forest.bake.json cannot be read"),
        (b"\xff\xfe", "forest.bake.json cannot be read"),
        (b"[" * 100_000, "forest.bake.json cannot be read"),
        (b"9" * 5_000, "forest.bake.json cannot be read"),
        (b" " * (RECORD_LIMIT + 1), "forest.bake.json cannot be read"),
        (b"{}", "the map, its settings or the model changed"),
    ],
    ids=["missing", "empty", "list", "encoding", "deep", "long number", "large", "other keys"],
)
def test_a_texture_is_stale_without_a_sound_record(
    content: bytes | None, reason: str, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    put(texture_of(request_of(7)), request_of(7), png)
    if content is None:
        record_path(png).unlink()
    else:
        record_path(png).write_bytes(content)
    assert stale_reason(png, request_of(7).digest()) == reason


def test_a_file_where_the_folder_should_be_is_an_error(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    png.parent.write_bytes(b"")
    with pytest.raises(BakeError, match="in each other's place") as raised:
        put(texture_of(request_of(1)), request_of(1), png)
    assert raised.value.where.file == png


def test_a_folder_where_the_picture_should_be_is_an_error(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    png.mkdir(parents=True)
    with pytest.raises(BakeError, match="in each other's place"):
        put(texture_of(request_of(1)), request_of(1), png)
    assert names(png) == {"forest.png"}


def test_a_place_outside_the_root_is_refused(
    png: Path, tmp_path: Path, request_of: Requests, texture_of: Textures
) -> None:
    (tmp_path / "root").mkdir()
    with pytest.raises(BakeError, match="outside"):
        publish(texture_of(request_of(1)), request_of(1), png, tmp_path / "root")
    assert not png.parent.exists()


def test_a_picture_replaced_by_a_vast_file_is_stale_and_painted_anew(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(7)
    put(texture_of(request), request, png)
    os.truncate(png, 200 << 30)  # sparse: it takes no room
    assert stale_reason(png, request.digest()) is not None
    assert put(texture_of(request), request, png) is True
    assert stale_reason(png, request.digest()) is None


USERS = {
    "forest.png": b"a painting by hand",
    "forest.bake.json": b'{"tilebake": 1, "rows": ["g"',
    "forest.report.png": b"a chart by hand",
}


def test_a_record_tells_how_windows_hold_together(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    sheet = np.zeros((4, 4, 3), np.uint8)
    judged = JudgedTiles(2, 1, {"snow": 1})
    report = PlacementReport((TerrainPlacement("grass", judged=judged, drift=1.0312),), sheet, ghost=0.9876)
    put(replace(texture_of(request_of(7)), report=report), request_of(7), png)
    record = read_record(png) or {}
    told = {"judged": {"tiles": 2, "right": 1, "taken_for": {"snow": 1}}, "drift": 1.031}
    assert (record["placement"], record["ghost"]) == ({"grass": told}, 0.988)


@pytest.mark.parametrize("name", USERS)
@pytest.mark.parametrize("is_baked", [False, True])
def test_a_file_of_the_users_own_is_replaced_only_on_request(
    name: str, is_baked: bool, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    texture = replace(texture_of(request_of(7)), report=PlacementReport((), image))
    if is_baked:
        put(texture_of(request_of(3)), request_of(3), png)
        if name == "forest.png":
            record_path(png).unlink()
    png.parent.mkdir(exist_ok=True)
    (png.parent / name).write_bytes(USERS[name])
    before = {each: (png.parent / each).read_bytes() for each in names(png)}
    with pytest.raises(BakeError, match="--force"):
        put(texture, request_of(7), png)
    assert {each: (png.parent / each).read_bytes() for each in names(png)} == before
    publish(texture, request_of(7), png, png.parent.parent, replaces_foreign=True)
    assert stale_reason(png, request_of(7).digest()) is None


@pytest.mark.parametrize("content", [b'{"name": "my own"}', b"[]", b"7"])
def test_other_json_in_the_records_place_is_a_users(
    content: bytes, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    put(texture_of(request_of(7)), request_of(7), png)
    record_path(png).write_bytes(content)
    with pytest.raises(BakeError, match="stands where the record of a bake goes"):
        put(texture_of(request_of(8)), request_of(8), png)


@pytest.mark.parametrize("content", [b"", b'{"tilebake": "1", "digest": "<<<<<<<', b"\xff\xfe"])
def test_a_damaged_record_is_written_anew(
    content: bytes, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    put(texture_of(request_of(7)), request_of(7), png)
    record_path(png).write_bytes(content)
    put(texture_of(request_of(8)), request_of(8), png)
    assert stale_reason(png, request_of(8).digest()) is None


def test_a_picture_whose_record_was_deleted_is_ours_by_its_pixels(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    put(texture_of(request_of(7)), request_of(7), png)
    record_path(png).unlink()
    assert put(texture_of(request_of(7)), request_of(7), png) is False
    assert stale_reason(png, request_of(7).digest()) is None


@pytest.mark.parametrize("has_record", [True, False])
def test_a_pointer_of_git_lfs_is_told_and_stays(
    has_record: bool, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    put(texture_of(request_of(7)), request_of(7), png)
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    png.write_bytes(pointer)
    if not has_record:
        record_path(png).unlink()
    with pytest.raises(BakeError, match=r"is a Git LFS pointer.*run `git lfs pull`"):
        stale_reason(png, request_of(7).digest())
    with pytest.raises(BakeError, match="is a Git LFS pointer"):
        put(texture_of(request_of(7)), request_of(7), png)
    assert png.read_bytes() == pointer


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_modes_of_files_are_kept(png: Path, request_of: Requests, texture_of: Textures) -> None:
    put(texture_of(request_of(7)), request_of(7), png)
    png.chmod(0o664)
    record_path(png).chmod(0o660)
    put(texture_of(request_of(8)), request_of(8), png)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (png, record_path(png))]
    assert modes == [0o664, 0o660]


@pytest.mark.parametrize("name", ["forest.png", "forest.bake.json"])
def test_a_read_only_file_is_refused_and_nothing_is_written(
    name: str, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    put(texture_of(request_of(7)), request_of(7), png)
    (png.parent / name).chmod(0o444)
    with pytest.raises(BakeError, match="is read-only; check it out or make it writable"):
        put(texture_of(request_of(8)), request_of(8), png)
    assert stale_reason(png, request_of(7).digest()) is None
    (png.parent / name).chmod(0o644)
