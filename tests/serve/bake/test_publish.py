"""A published texture is always the complete old one or the complete new one."""

import json
import os
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
from tilebake.serve.bake.publish import RECORD_LIMIT, publish, record_path, stale_reason
from tilebake.serve.bake.texture_cache import result_digest
from tilebake.texture import Texture, pixel_hash

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
    texture = replace(texture_of(request_of(7)), image=image, pixel_hash=pixel_hash(image))
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


def test_the_same_pixels_packed_by_another_program_stay(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(7)
    put(texture_of(request), request, png)
    Image.fromarray(pixels(png)).save(png, compress_level=1)
    repacked = png.read_bytes()
    assert stale_reason(png, request.digest()) is not None
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
