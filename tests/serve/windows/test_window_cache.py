"""Windows that were painted come off the disk as they went there, or count as not there."""

import errno
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from tilebake import private_folder
from tilebake.errors import BakeError
from tilebake.serve.files import digest_folder
from tilebake.serve.files.digest_folder import DRAFT_AGE, Pruned
from tilebake.serve.windows import window_cache
from tilebake.serve.windows.window_cache import LOOKS, AnewCache, WindowCache, user_windows
from tilebake.user_folders import cache_folder


def key_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def window(seed: int, side: int = 8) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((4, side, side), np.float32)


def used_at(cache: WindowCache, number: int, moment: float) -> None:
    os.utime(cache.folder / key_of(number), (moment, moment))


@pytest.fixture
def cache(tmp_path: Path) -> WindowCache:
    return WindowCache(tmp_path / "windows")


def test_a_window_comes_out_as_it_went_in(cache: WindowCache) -> None:
    latents = window(1)
    latents[0, 0, :3] = 0.0, -0.0, np.finfo(np.float32).smallest_subnormal
    assert not cache.has(key_of(1))
    cache.put(key_of(1), latents)
    found = WindowCache(cache.folder).get(key_of(1))
    assert found is not None
    assert (found.dtype, found.tobytes()) == (np.float32, latents.tobytes())
    assert cache.has(key_of(1))
    assert cache.get(key_of(2)) is None


@pytest.mark.parametrize("name", ["../secret", "", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_key_is_no_path(name: str, cache: WindowCache) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        cache.put(name, window(1))
    with pytest.raises(ValueError, match="SHA-256"):
        cache.has(name)


@pytest.mark.parametrize("place", np.linspace(0, 1, 12).tolist())
@pytest.mark.parametrize("how", ["flipped", "cut", "longer"])
def test_a_damaged_entry_counts_as_missing(how: str, place: float, cache: WindowCache) -> None:
    cache.put(key_of(1), window(1))
    entry = cache.folder / key_of(1)
    content = bytearray(entry.read_bytes())
    at = int(place * (len(content) - 1))
    match how:
        case "cut":
            del content[at:]
        case "flipped":
            content[at] ^= 1
        case _:
            content[at:at] = b"more"
    entry.write_bytes(content)
    assert not cache.has(key_of(1))
    assert not entry.exists()
    cache.put(key_of(1), window(1))
    assert cache.has(key_of(1))


def test_an_entry_under_another_name_is_not_taken(cache: WindowCache) -> None:
    cache.put(key_of(1), window(1))
    (cache.folder / key_of(1)).rename(cache.folder / key_of(2))
    assert not cache.has(key_of(2))


@pytest.mark.parametrize(
    ("sound", "forged"),
    [
        (b'"version":1', b'"version":2'),
        (b"[4,8,8]", b"[4,8,7]"),
        (b"[4,8,8]", b"[4,8,-8]"),
        (b"[4,8,8]", b"[4,64]"),
        (b'"key"', b'"other"'),
        (b"}\n", b"}"),
    ],
)
def test_an_entry_has_to_hold_beyond_its_own_hash(sound: bytes, forged: bytes, cache: WindowCache) -> None:
    cache.put(key_of(1), window(1))
    entry = cache.folder / key_of(1)
    body = entry.read_bytes().partition(b"\n")[2].replace(sound, forged, 1)
    entry.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    assert not cache.has(key_of(1))


def test_an_entry_too_large_to_be_ours_is_removed_unread(cache: WindowCache) -> None:
    cache.put(key_of(1), window(1))
    os.truncate(cache.folder / key_of(1), 200 << 30)  # sparse: it takes no room
    assert not cache.has(key_of(1))
    assert not (cache.folder / key_of(1)).exists()


def test_the_least_recently_used_go_first(cache: WindowCache) -> None:
    for number in range(4):
        cache.put(key_of(number), window(number))
        used_at(cache, number, 1_000_000.0 + number)
    assert cache.has(key_of(0))
    size = cache.info().bytes // 4
    assert cache.prune(2 * size + size // 2).entries == 2
    assert [cache.has(key_of(number)) for number in range(4)] == [True, False, False, True]
    assert cache.prune(0).entries == 2
    assert cache.prune(0) == Pruned(0, 0)


def test_a_cache_stays_within_its_limit(tmp_path: Path) -> None:
    cache = WindowCache(tmp_path, limit=40_000)
    for number in range(100):
        cache.put(key_of(number), window(number))
        assert cache.info().bytes <= 40_000
        assert cache.has(key_of(number))
    assert cache.info().bytes > 30_000


def test_several_processes_are_a_little_over_it_at_most(tmp_path: Path) -> None:
    sharing = [WindowCache(tmp_path, limit=320_000) for _ in range(3)]
    for number in range(900):
        sharing[number % 3].put(key_of(number), window(number))
    assert sharing[0].info().bytes <= 320_000 * (1 + 3 / LOOKS)


def test_keeping_many_seldom_looks_at_the_whole_folder(
    cache: WindowCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    scandir = os.scandir

    def counting(folder: str) -> object:
        looks.append(folder)
        return scandir(folder)

    monkeypatch.setattr(digest_folder.os, "scandir", counting)
    for number in range(200):
        cache.put(key_of(number), window(number))
    assert len(looks) == 1


def test_what_a_killed_process_left_goes_when_it_is_old(tmp_path: Path) -> None:
    cache = WindowCache(tmp_path)
    cache.put(key_of(1), window(1))
    left = [tmp_path / f".{key_of(number)}-{'0' * 16}" for number in range(2)]
    for draft in left:
        draft.write_bytes(b"half")
    long_ago = time.time() - 2 * DRAFT_AGE
    os.utime(left[0], (long_ago, long_ago))
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    assert cache.info().entries == 1
    assert {path.name for path in tmp_path.iterdir()} == {key_of(1), left[1].name, "letter.txt"}


class Disk(NamedTuple):
    """Stands for what the system tells of a disk."""

    total: int
    used: int
    free: int


class FullDisk:
    """Stands for the os module of `digest_folder` on a disk that has room for so many entries."""

    def __init__(self, cache: WindowCache, room: int) -> None:
        self._cache, self._room = cache, room

    def __getattr__(self, name: str) -> object:
        if name == "fdopen" and self._cache.info().entries >= self._room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return getattr(os, name)


@pytest.fixture
def told() -> list[BakeError]:
    return []


@pytest.fixture
def telling(tmp_path: Path, told: list[BakeError]) -> WindowCache:
    """A cache that tells what the disk refuses."""
    return WindowCache(tmp_path / "windows", on_refusal=told.append)


def test_on_a_full_disk_the_oldest_half_makes_room(
    telling: WindowCache, told: list[BakeError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_folder, "os", FullDisk(telling, room=4))
    for number in range(4):
        telling.put(key_of(number), window(number))
        used_at(telling, number, 1_000_000.0 + number)
    telling.put(key_of(9), window(9))
    assert [telling.has(key_of(number)) for number in (0, 1, 2, 3, 9)] == [False, False, True, True, True]
    assert told == []


def test_a_disk_that_others_filled_is_told_and_costs_no_more_than_half(
    telling: WindowCache, told: list[BakeError], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        telling.put(key_of(number), window(number))

    def filled(_folder: Path) -> Disk:
        return Disk(1 << 40, 1 << 40, 1 << 20)

    with monkeypatch.context() as patched:
        patched.setattr(window_cache.shutil, "disk_usage", filled)
        for number in range(8, 12):
            telling.put(key_of(number), window(number))
    assert [error.what for error in told] == ["the disk is full"] * 4
    assert telling.info().entries == 4, "and half is given up once"
    telling.put(key_of(20), window(20))
    assert telling.has(key_of(20)), "it is tried again"


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_disk_that_may_not_be_written_still_serves(
    code: int, telling: WindowCache, told: list[BakeError], monkeypatch: pytest.MonkeyPatch
) -> None:
    telling.put(key_of(1), window(1))

    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(digest_folder.os, "open", refuse)
    monkeypatch.setattr(digest_folder.os, "utime", refuse)
    telling.put(key_of(2), window(2))
    assert [error.what for error in told] == ["the folder cannot be written to"]
    assert telling.has(key_of(1))


def test_a_file_in_the_folders_place_stops_nothing(tmp_path: Path, told: list[BakeError]) -> None:
    (tmp_path / "windows").write_bytes(b"")
    cache = WindowCache(tmp_path / "windows", on_refusal=told.append)
    cache.put(key_of(1), window(1))
    assert not cache.has(key_of(1))
    assert len(told) == 1
    assert cache.info().entries == 0


def test_who_wants_all_anew_sees_what_was_painted_since(cache: WindowCache) -> None:
    cache.put(key_of(1), window(1))
    anew = AnewCache(cache)
    assert not anew.has(key_of(1))
    assert anew.get(key_of(1)) is None
    anew.put(key_of(1), window(2))
    found, kept = anew.get(key_of(1)), cache.get(key_of(1))
    assert anew.has(key_of(1))
    assert found is not None
    assert kept is not None
    np.testing.assert_array_equal(found, window(2))
    np.testing.assert_array_equal(kept, window(2))


def test_the_users_cache_lies_beside_that_of_textures(told: list[BakeError]) -> None:
    cache = user_windows(told.append)
    assert cache is not None
    assert cache.folder == cache_folder() / "windows"
    if sys.platform != "win32":
        assert (cache_folder() / "windows").stat().st_mode & 0o77 == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows closes a user's folders by itself")
def test_another_users_cache_is_not_believed(told: list[BakeError], monkeypatch: pytest.MonkeyPatch) -> None:
    def is_anothers(_status: os.stat_result) -> bool:
        return False

    monkeypatch.setattr(private_folder, "is_own", is_anothers)
    assert user_windows(told.append) is None
    assert [error.what for error in told] == ["belongs to another user, and is not believed"]


PUT_FOREVER = """
import sys
from pathlib import Path
import numpy as np
from tilebake.serve.windows.window_cache import WindowCache
cache = WindowCache(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    cache.put("a" * 64, np.full((4, 32, 32), 7, np.float32))
"""


def test_several_processes_share_a_cache(cache: WindowCache) -> None:
    command = [sys.executable, "-c", PUT_FOREVER, str(cache.folder)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline()
        while not cache.has("a" * 64):
            pass
        for _ in range(200):
            latents = cache.get("a" * 64)
            assert latents is not None
            assert (latents == 7).all()
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
