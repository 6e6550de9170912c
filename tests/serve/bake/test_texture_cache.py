"""What was painted once comes out of the cache as it went in, or not at all."""

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tilebake.texture
from tilebake.errors import BakeError
from tilebake.request import Baker, BakeRequest, OnStep, Step
from tilebake.serve.bake.texture_cache import (
    FROM_CACHE,
    Cache,
    MissingError,
    cached,
    degraded_digest,
    keeping,
    result_digest,
)
from tilebake.serve.files import safe_folder
from tilebake.serve.files.digest_folder import Pruned
from tilebake.serve.files.png_strips import StripPacker
from tilebake.texture import Texture, pixel_hash

Requests = Callable[[int], BakeRequest]
Textures = Callable[[BakeRequest], Texture]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def painted_in(dtype: str, texture: Texture) -> Texture:
    return replace(texture, environment={"dtype": dtype})


def test_a_texture_in_another_number_type_serves_only_who_names_none(
    cache: Cache, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(1)
    made = [painted_in("float32", texture_of(request))]

    def baker(_request: BakeRequest, _on_step: OnStep) -> Texture:
        return made[0]

    cache.put(painted_in("bfloat16", texture_of(request)))
    bake = cached(baker, cache)
    assert bake(request, ignore).environment == {"dtype": "bfloat16"}
    assert bake(replace(request, dtype="float32"), ignore).environment == {"dtype": "float32"}
    assert FROM_CACHE in bake(replace(request, dtype="float32"), ignore).timings
    assert FROM_CACHE in bake(request, ignore).timings


def test_a_texture_for_which_something_was_given_up_is_not_painted_for_its_number_type(
    request_of: Requests,
) -> None:
    request = replace(request_of(1), dtype="float16")
    assert request.accepts("float32", is_degraded=True)
    assert not request.accepts("float32", is_degraded=False)


class Painter:
    """A baker that counts."""

    def __init__(self, texture_of: Textures) -> None:
        self.painted = 0
        self._texture_of = texture_of

    def bake(self, request: BakeRequest, on_step: OnStep) -> Texture:
        on_step(Step(1, 1))
        self.painted += 1
        return self._texture_of(request)


@pytest.fixture
def painter(texture_of: Textures) -> Painter:
    return Painter(texture_of)


def ignore(_step: Step) -> None:
    return


def used_at(cache: Cache, digest: str, time: float) -> None:
    os.utime(cache.folder / digest, (time, time))


@pytest.mark.parametrize("channels", [3, 4])
def test_a_texture_comes_out_as_it_went_in(
    channels: int, cache: Cache, request_of: Requests, texture_of: Textures
) -> None:
    image = np.random.default_rng(1).integers(0, 256, (16, 24, channels), dtype=np.uint8)
    environment = {"device": "cpu", "name": "Grüße"}
    texture = replace(
        texture_of(request_of(1)), pixels=image, pixel_hash=pixel_hash(image), environment=environment
    )
    back = cache.get(cache.put(texture))
    np.testing.assert_array_equal(back.image, image)
    assert back.quick_png == StripPacker().pack(image)
    assert back.size == (24, 16)
    assert replace(back, pixels=image).__dict__ == texture.__dict__


def test_pixels_are_decoded_for_whom_they_are_asked(
    cache: Cache, request_of: Requests, texture_of: Textures, monkeypatch: pytest.MonkeyPatch
) -> None:
    texture = texture_of(request_of(1))
    digest = cache.put(texture)
    decoded: list[int] = []
    decode = tilebake.texture.decode_png

    def note(content: bytes, most: int) -> object:
        decoded.append(len(content))
        return decode(content, most)

    monkeypatch.setattr(tilebake.texture, "decode_png", note)
    back = cache.get(digest, checks_pixels=False)
    assert (back.size, back.pixel_hash, back.quick_png) == (
        texture.size,
        texture.pixel_hash,
        StripPacker().pack(texture.image),
    )
    assert not decoded
    np.testing.assert_array_equal(back.image, texture.image)
    assert pixel_hash(replace(back, timings={}).image) == texture.pixel_hash
    assert len(decoded) == 1
    entry = cache.folder / digest
    entry.write_bytes(entry.read_bytes()[:-1] + b"!")
    with pytest.raises(MissingError):
        cache.get(digest, checks_pixels=False)


def test_what_was_never_kept_is_missing(cache: Cache, request_of: Requests) -> None:
    with pytest.raises(MissingError):
        cache.get(request_of(1).digest())
    assert cache.info() == (cache.folder, 0, 0, cache.limit)


@pytest.mark.parametrize("name", ["../secret", "", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_digest_is_no_path(name: str, cache: Cache) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        cache.get(name)


@pytest.mark.parametrize("place", np.linspace(0, 1, 12).tolist())
@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_a_damaged_entry_is_painted_again(
    how: str, place: float, cache: Cache, request_of: Requests, painter: Painter
) -> None:
    baker, request = cached(painter.bake, cache), request_of(1)
    baker(request, ignore)
    entry = cache.folder / request.digest()
    content = bytearray(entry.read_bytes())
    at = int(place * (len(content) - 1))
    if how == "cut":
        del content[at:]
    else:
        content[at] ^= 1
    entry.write_bytes(content)
    with pytest.raises(MissingError):
        cache.get(request.digest())
    assert not entry.exists()
    again = baker(request, ignore)
    assert (painter.painted, again.pixel_hash) == (2, cache.get(request.digest()).pixel_hash)


def test_an_entry_under_another_name_is_not_taken(
    cache: Cache, request_of: Requests, texture_of: Textures
) -> None:
    digest, other = cache.put(texture_of(request_of(1))), request_of(2).digest()
    (cache.folder / digest).rename(cache.folder / other)
    with pytest.raises(MissingError):
        cache.get(other)


@pytest.mark.parametrize(
    ("sound", "forged"),
    [(b'"pixel_hash":"', b'"pixel_hash":"0'), (b'"version":1', b'"version":2'), (b'"digest"', b'"other"')],
)
def test_an_entry_has_to_hold_beyond_its_own_hash(
    sound: bytes, forged: bytes, cache: Cache, request_of: Requests, texture_of: Textures
) -> None:
    digest = cache.put(texture_of(request_of(1)))
    entry = cache.folder / digest
    body = entry.read_bytes().partition(b"\n")[2].replace(sound, forged, 1)
    entry.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    with pytest.raises(MissingError):
        cache.get(digest)


def test_what_is_there_is_not_painted_again(cache: Cache, request_of: Requests, painter: Painter) -> None:
    baker = cached(painter.bake, cache)
    first, second = (baker(request_of(1), ignore) for _ in range(2))
    assert painter.painted == 1
    np.testing.assert_array_equal(first.image, second.image)
    assert (list(first.timings), list(second.timings)) == (["denoise"], [FROM_CACHE])
    baker(request_of(2), ignore)
    assert painter.painted == 2


def test_a_corrupt_entry_is_painted_again_and_replaced(
    cache: Cache, request_of: Requests, painter: Painter
) -> None:
    baker = keeping(painter.bake, cache)
    for _ in range(2):
        baker(request_of(1), ignore)
        (cache.folder / request_of(1).digest()).write_bytes(b"damaged")
    baker(request_of(1), ignore)
    assert painter.painted == 3
    assert cache.get(request_of(1).digest()).digest == request_of(1).digest()


def test_a_degraded_texture_has_another_digest(
    cache: Cache, request_of: Requests, texture_of: Textures
) -> None:
    request = request_of(1)
    degraded = replace(texture_of(request), degraded=("tiled decode", "on the CPU"))
    digest = cache.put(degraded)
    assert digest == result_digest(degraded) != request.digest()
    assert digest == degraded_digest(request.digest(), ("on the CPU", "tiled decode"))
    assert digest != degraded_digest(request.digest(), ("tiled decode",))
    with pytest.raises(MissingError):
        cache.get(request.digest())
    assert cache.get(digest).degraded == degraded.degraded


def test_a_degraded_texture_answers_no_later_request(
    cache: Cache, request_of: Requests, texture_of: Textures
) -> None:
    painter = Painter(lambda request: replace(texture_of(request), degraded=("tiled decode",)))
    for _ in range(2):
        cached(painter.bake, cache)(request_of(1), ignore)
    assert painter.painted == 2


def test_the_least_recently_used_go_first(cache: Cache, request_of: Requests, texture_of: Textures) -> None:
    digests = [cache.put(texture_of(request_of(seed))) for seed in range(4)]
    for age, digest in enumerate(digests):
        used_at(cache, digest, 1_000_000.0 + age)
    cache.get(digests[0])
    size = cache.info().bytes // 4
    pruned = cache.prune(2 * size + size // 2)
    assert pruned.entries == 2
    assert {path.name for path in cache.folder.iterdir()} == {digests[0], digests[3]}
    assert cache.prune(0).entries == 2
    assert cache.prune(0) == Pruned(0, 0)


def test_a_cache_stays_within_its_limit(tmp_path: Path, request_of: Requests, texture_of: Textures) -> None:
    cache = Cache(tmp_path, limit=5_000)
    for seed in range(10):
        digest = cache.put(texture_of(request_of(seed)))
        assert cache.info().bytes <= 5_000
        assert cache.get(digest)


class FullDisk:
    """Stands for the os module of `safe_folder` on a disk that has room for so many entries."""

    def __init__(self, cache: Cache, room: int) -> None:
        self._cache, self._room = cache, room

    def __getattr__(self, name: str) -> object:
        if name == "fsync" and self._cache.info().entries >= self._room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return getattr(os, name)


def test_on_a_full_disk_the_oldest_half_makes_room(
    cache: Cache, request_of: Requests, texture_of: Textures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_folder, "os", FullDisk(cache, room=4))
    for seed in range(4):
        used_at(cache, cache.put(texture_of(request_of(seed))), 1_000_000.0 + seed)
    newest = cache.put(texture_of(request_of(9)))
    assert cache.get(newest)
    assert cache.get(result_digest(texture_of(request_of(3))))
    with pytest.raises(MissingError):
        cache.get(result_digest(texture_of(request_of(0))))


def test_a_disk_that_others_filled_is_reported(
    cache: Cache, request_of: Requests, texture_of: Textures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_folder, "os", FullDisk(cache, room=0))
    with pytest.raises(BakeError, match="the disk is full"):
        cache.put(texture_of(request_of(1)))


def test_what_is_not_its_own_stays(tmp_path: Path, request_of: Requests, texture_of: Textures) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    cache = Cache(tmp_path)
    cache.put(texture_of(request_of(1)))
    assert (cache.info().entries, cache.prune(0).entries) == (1, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_cache_that_refuses_is_reported(tmp_path: Path, request_of: Requests, painter: Painter) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file")
    with pytest.raises(BakeError, match="each other's place"):
        cached(painter.bake, cache)(request_of(1), ignore)
    told: list[BakeError] = []
    tolerant: Baker = cached(painter.bake, cache, told.append)
    assert tolerant(request_of(1), ignore).digest == request_of(1).digest()
    assert len(told) == 1


PUT_FOREVER = """
import sys
from pathlib import Path
import numpy as np
from tilebake.texture import Texture, pixel_hash
from tilebake.serve.bake.texture_cache import Cache
image = np.full((64, 64, 3), 7, dtype=np.uint8)
cache = Cache(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    cache.put(Texture(image, "a" * 64, pixel_hash(image)))
"""


def test_several_processes_share_a_cache(cache: Cache) -> None:
    command = [sys.executable, "-c", PUT_FOREVER, str(cache.folder)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline()
        while not cache.info().entries:
            pass
        for _ in range(200):
            assert (cache.get("a" * 64).image == 7).all()
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()


def test_an_entry_too_large_to_be_ours_is_removed_unread(
    cache: Cache, request_of: Requests, texture_of: Textures
) -> None:
    digest = cache.put(texture_of(request_of(1)))
    os.truncate(cache.folder / digest, 200 << 30)  # sparse: it takes no room
    with pytest.raises(MissingError):
        cache.get(digest)
    assert not (cache.folder / digest).exists()


def test_a_sound_entry_that_memory_has_no_room_for_is_kept(
    cache: Cache, request_of: Requests, texture_of: Textures, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(_content: object, _most: int) -> None:
        raise MemoryError

    digest = cache.put(texture_of(request_of(1)))
    with monkeypatch.context() as patched:
        patched.setattr(tilebake.texture, "decode_png", run_out)
        with pytest.raises(BakeError, match="not enough memory"):
            cache.get(digest)
    assert cache.get(digest).digest == request_of(1).digest()
