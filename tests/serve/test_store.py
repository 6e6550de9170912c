"""A published texture is always the complete old one or the complete new one."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tilebake.errors import BakeError
from tilebake.request import BakeRequest, Texture, pixel_hash
from tilebake.serve import store
from tilebake.serve.store import publish, record_path, stale_reason, write_files

Requests = Callable[[int], BakeRequest]
Textures = Callable[[BakeRequest], Texture]


@pytest.fixture
def png(tmp_path: Path) -> Path:
    return tmp_path / "textures" / "forest.png"


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
    assert publish(texture, request, png) is True
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
    assert stale_reason(png, request.digest()) is None


def test_what_was_given_up_is_recorded(png: Path, request_of: Requests, texture_of: Textures) -> None:
    texture = replace(texture_of(request_of(7)), degraded=("tiled decode",))
    publish(texture, request_of(7), png)
    assert json.loads(record_path(png).read_text(encoding="utf-8"))["degraded"] == ["tiled decode"]


def test_transparent_pixels_come_back_as_they_were(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    image = np.random.default_rng(1).integers(0, 256, (16, 24, 4), dtype=np.uint8)
    texture = replace(texture_of(request_of(7)), image=image, pixel_hash=pixel_hash(image))
    assert publish(texture, request_of(7), png) is True
    assert publish(texture, request_of(7), png) is False
    np.testing.assert_array_equal(pixels(png), image)


def test_the_same_pixels_leave_the_file_untouched(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    texture = texture_of(request_of(7))
    publish(texture, request_of(7), png)
    before = png.stat()
    other_request = replace(request_of(7), model_digest="another model")
    assert publish(replace(texture, digest=other_request.digest()), other_request, png) is False
    assert (png.stat().st_mtime_ns, png.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert stale_reason(png, other_request.digest()) is None


def test_the_same_pixels_packed_by_another_program_stay(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(7)
    publish(texture_of(request), request, png)
    Image.fromarray(pixels(png)).save(png, compress_level=1)
    repacked = png.read_bytes()
    assert stale_reason(png, request.digest()) is not None
    assert publish(texture_of(request), request, png) is False
    assert png.read_bytes() == repacked
    assert stale_reason(png, request.digest()) is None


@pytest.mark.parametrize("content", [b"", b"not a picture", None], ids=["empty", "text", "cut off"])
def test_a_broken_picture_is_replaced(
    content: bytes | None, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(7)
    publish(texture_of(request), request, png)
    png.write_bytes(png.read_bytes()[:-200] if content is None else content)
    assert stale_reason(png, request.digest()) == "the picture is not the one that was baked"
    assert publish(texture_of(request), request, png) is True
    assert stale_reason(png, request.digest()) is None


def test_a_texture_is_stale_until_it_is_baked(png: Path) -> None:
    assert stale_reason(png, "digest") == "not baked yet"


def test_a_texture_is_stale_when_the_request_changed(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    publish(texture_of(request_of(7)), request_of(7), png)
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
        (b" " * (store.RECORD_LIMIT + 1), "forest.bake.json cannot be read"),
        (b"{}", "the map, its settings or the model changed"),
    ],
    ids=["missing", "empty", "list", "encoding", "deep", "long number", "large", "other keys"],
)
def test_a_texture_is_stale_without_a_sound_record(
    content: bytes | None, reason: str, png: Path, request_of: Requests, texture_of: Textures
) -> None:
    publish(texture_of(request_of(7)), request_of(7), png)
    if content is None:
        record_path(png).unlink()
    else:
        record_path(png).write_bytes(content)
    assert stale_reason(png, request_of(7).digest()) == reason


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EROFS, "make it writable"),
        (errno.EACCES, "make it writable"),
        (errno.EIO, "choose another"),
    ],
)
@pytest.mark.parametrize("nth", range(5))
def test_a_disk_that_refuses_any_step_leaves_the_old_texture(
    code: int,
    mend: str,
    nth: int,
    png: Path,
    request_of: Requests,
    texture_of: Textures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The steps: sync the PNG, sync the record, rename the PNG, rename the record, sync the folder."""
    publish(texture_of(request_of(1)), request_of(1), png)
    old, new = request_of(1), request_of(2)
    fail_at(nth, OSError(code, os.strerror(code)), monkeypatch)
    with pytest.raises(BakeError, match=mend) as raised:
        publish(texture_of(new), new, png)
    monkeypatch.undo()
    assert raised.value.place.file == png
    assert names(png) == {"forest.png", "forest.bake.json"}
    shown = pixels(png)
    assert any(np.array_equal(shown, texture_of(request).image) for request in (old, new))
    if nth < 3:
        assert stale_reason(png, old.digest()) is None
    assert publish(texture_of(new), new, png) is (nth < 3)


def fail_at(nth: int, error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the `nth` of all syncs and renames fail, counted from 0."""
    fsync, rename = os.fsync, Path.replace
    calls = iter(range(100))

    def refuse() -> None:
        if next(calls) == nth:
            raise error

    def sync_or_fail(handle: int) -> None:
        refuse()
        fsync(handle)

    def rename_or_fail(path: Path, target: Path) -> Path:
        refuse()
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", sync_or_fail)
    monkeypatch.setattr(Path, "replace", rename_or_fail)


def test_a_kill_between_the_two_renames_makes_the_texture_stale(
    png: Path, request_of: Requests, texture_of: Textures, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = request_of(1), request_of(2)
    publish(texture_of(old), old, png)
    fail_at(3, OSError(errno.EIO, "power loss"), monkeypatch)
    with pytest.raises(BakeError):
        publish(texture_of(new), new, png)
    assert stale_reason(png, old.digest()) is not None
    assert stale_reason(png, new.digest()) is not None


def test_a_file_where_the_folder_should_be_is_told(
    png: Path, request_of: Requests, texture_of: Textures
) -> None:
    png.parent.write_bytes(b"")
    with pytest.raises(BakeError, match="in each other's place"):
        publish(texture_of(request_of(1)), request_of(1), png)


def test_old_strays_are_swept_and_young_ones_are_not(tmp_path: Path) -> None:
    old, young = tmp_path / ".tilebake-old", tmp_path / ".tilebake-young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "forest.png").write_bytes(b"half")
    an_hour_ago = time.time() - store.STRAY_AGE - 1
    os.utime(old, (an_hour_ago, an_hour_ago))
    write_files(tmp_path, {"a": b"a"})
    assert {path.name for path in tmp_path.iterdir()} == {"a", ".tilebake-young"}


WRITE_FOREVER = """
import sys
from pathlib import Path
from tilebake.serve.store import write_files
contents = [bytes([65 + i]) * 300_000 for i in range(4)]
print("ready", flush=True)
while True:
    for content in contents:
        write_files(Path(sys.argv[1]), {"picture": content})
"""


def test_a_killed_process_leaves_no_torn_file(tmp_path: Path) -> None:
    for _ in range(8):
        command = [sys.executable, "-c", WRITE_FOREVER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(random.uniform(0.02, 0.15))
            process.send_signal(signal.SIGKILL)
        content = (tmp_path / "picture").read_bytes()
        assert len(content) == 300_000
        assert len(set(content)) == 1
