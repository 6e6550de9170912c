"""Publishing survives whatever goes wrong at whatever moment: old or new, never torn, nothing painted twice.

Every call to the system fails in turn, or is the last one; and processes are killed at random moments.
"""

import errno
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.helpers.kill_target import seed_of
from tilebake.errors import BakeError
from tilebake.request import BakeRequest
from tilebake.serve.bake.publish import publish, stale_reason
from tilebake.serve.files import safe_folder
from tilebake.serve.files.atomic_write import sweep
from tilebake.serve.files.png import png_pixels
from tilebake.serve.owners.ownership import record_path
from tilebake.texture import Texture, pixel_hash

Requests = Callable[[int], BakeRequest]
Textures = Callable[[BakeRequest], Texture]

KILLS_SHORT = 4
KILLS_LONG = 1_000

MAPS = 5  # the publisher's
PUBLISHER = ("-m", "tests.helpers.kill_target")
CALLS = ("open", "close", "write", "fsync", "mkdir", "replace", "unlink", "rmdir", "scandir", "stat", "fstat")


class DeadError(BaseException):
    """The process has been killed: nothing that it would still do happens."""


class FaultyOs:
    """The `os` of serve/inside.py, whose nth call fails, or is the last that this process makes."""

    def __init__(self, nth: int | None = None, code: int | None = None) -> None:
        self.made: list[str] = []
        self._nth = nth
        self._code = code

    def __getattr__(self, name: str) -> object:
        real = getattr(os, name)
        if name not in CALLS:
            return real

        def call(*arguments: object, **options: object) -> object:
            number = len(self.made)
            self.made.append(name)
            if name == "close":  # which lets go even where it fails, or where the process ends
                real(*arguments, **options)
            if self._nth is not None and self._code is None and number >= self._nth:
                raise DeadError
            if self._nth is not None and self._code is not None and number == self._nth:
                raise OSError(self._code, os.strerror(self._code))
            return None if name == "close" else real(*arguments, **options)

        return call


@pytest.fixture
def png(tmp_path: Path) -> Path:
    return tmp_path / "maps" / "forest.png"


@pytest.fixture
def old(png: Path, request_of: Requests, texture_of: Textures) -> BakeRequest:
    """What stands there before."""
    request = request_of(1)
    publish(texture_of(request), request, png, png.parent.parent)
    return request


@pytest.fixture
def new(request_of: Requests) -> BakeRequest:
    return request_of(2)


@pytest.fixture
def calls(
    old: BakeRequest, new: BakeRequest, png: Path, texture_of: Textures, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """What publishing a texture over another one asks of the system, in order; the old one stands again."""
    counting = FaultyOs()
    with monkeypatch.context() as patch:
        patch.setattr(safe_folder, "os", counting)
        publish(texture_of(new), new, png, png.parent.parent)
    publish(texture_of(old), old, png, png.parent.parent)
    return counting.made


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_files_are_synced_before_they_are_renamed_and_the_folder_after(calls: list[str]) -> None:
    order = [name for name in calls if name in ("fsync", "replace")]
    assert order == ["fsync", "fsync", "replace", "replace", "fsync"]


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EROFS, "make it writable"),
        (errno.EACCES, "make it writable"),
        (errno.EIO, "choose another"),
    ],
)
def test_whichever_call_fails_the_texture_is_the_old_or_the_new(
    code: int,
    hint: str,
    calls: list[str],
    old: BakeRequest,
    new: BakeRequest,
    png: Path,
    texture_of: Textures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors: list[BakeError] = []
    for nth in range(len(calls)):
        with monkeypatch.context() as patch:
            patch.setattr(safe_folder, "os", FaultyOs(nth, code))
            try:
                publish(texture_of(new), new, png, png.parent.parent)
            except BakeError as error:
                errors.append(error)
            else:
                assert stale_reason(png, new.digest()) is None
        _assert_old_or_new(png, texture_of(old), texture_of(new))
        publish(texture_of(old), old, png, png.parent.parent)
        assert stale_reason(png, old.digest()) is None
    assert len(errors) > len(calls) // 2
    assert {error.where.file for error in errors} == {png}
    assert all(hint in str(error) for error in errors)


def test_whichever_call_is_the_last_the_texture_is_the_old_or_the_new(
    calls: list[str],
    old: BakeRequest,
    new: BakeRequest,
    png: Path,
    texture_of: Textures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    between = 0
    for nth in range(len(calls)):
        with monkeypatch.context() as patch:
            patch.setattr(safe_folder, "os", FaultyOs(nth))
            with pytest.raises(DeadError):
                publish(texture_of(new), new, png, png.parent.parent)
        _assert_old_or_new(png, texture_of(old), texture_of(new))
        between += all(stale_reason(png, request.digest()) for request in (old, new))
        publish(texture_of(old), old, png, png.parent.parent)
        assert stale_reason(png, old.digest()) is None
    assert between == 1, "a kill between the two renames makes the texture stale"


def _assert_old_or_new(png: Path, *textures: Texture) -> None:
    shown = pixel_hash(png_pixels(png.read_bytes()))
    assert shown in {texture.pixel_hash for texture in textures}
    record = json.loads(record_path(png).read_bytes())
    assert record["digest"] in {texture.digest for texture in textures}


@pytest.mark.parametrize("kills", [KILLS_SHORT, pytest.param(KILLS_LONG, marks=pytest.mark.long)])
def test_killed_at_random_moments_nothing_is_torn_lost_or_painted_twice(kills: int, tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    for _ in range(kills):
        with _job_runner("forever", tmp_path) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(random.uniform(0.0, 0.15))  # a moment like any other
            process.kill()
        for png in (tmp_path / "maps").glob("*.png"):
            seed_of(png)
            assert not record_path(png).exists() or json.loads(record_path(png).read_bytes())
    with _job_runner("finish", tmp_path) as process:
        process.communicate()
    assert process.returncode == 0
    lines = (tmp_path / "log").read_text(encoding="ascii").splitlines()
    assert _painted_after_they_were_kept(lines) == []
    last = max(int(line.split()[1]) for line in lines if line.startswith("round "))
    pngs = [tmp_path / "maps" / f"{index}.png" for index in range(MAPS)]
    assert [seed_of(png) for png in pngs] == [last * MAPS + index for index in range(MAPS)]
    sweep(tmp_path)
    assert names(tmp_path / "maps") == {path.name for png in pngs for path in (png, record_path(png))}


def _job_runner(*arguments: str | Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, *PUBLISHER, *arguments], stdout=subprocess.PIPE, cwd=ROOT)


def _painted_after_they_were_kept(lines: list[str]) -> list[str]:
    """The digests that were rendered again after a render of them had been finished and kept."""
    kept: set[str] = set()
    again: list[str] = []
    for verb, what in (line.split() for line in lines):
        if verb == "kept":
            kept.add(what)
        elif verb == "render" and what in kept:
            again.append(what)
    return again
