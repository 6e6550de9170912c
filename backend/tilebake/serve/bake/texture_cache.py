"""Cache: finished textures by their digests, in the user's own folder, so that nothing is painted twice.

An entry is one file: the SHA-256 of all that follows, a line of JSON, and the PNG. It is written whole or not
at all, and verified whenever it is read; one that does not hold is removed and counts as missing.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from tilebake.errors import BakeError, Location
from tilebake.private_folder import private_folder
from tilebake.request import Baker, BakeRequest, OnStep
from tilebake.serve.files.atomic_write import write_files
from tilebake.serve.files.digest_folder import CacheInfo, DigestFolder, Pruned, remove_file
from tilebake.serve.files.disk_errors import is_full
from tilebake.serve.files.png import LARGEST_FILE
from tilebake.serve.files.png_strips import StripPacker
from tilebake.serve.pages.paged_texture import AnyTexture
from tilebake.texture import PackedPixels, Texture, pixel_hash
from tilebake.user_folders import cache_folder

_LIMIT: Final = 2 << 30  # bytes
FROM_CACHE: Final = "cache"  # the only stage of a texture that did not have to be painted
FROM_STORE: Final = "store"  # and of one that another machine painted, which a shared store had

_HASH_LINE: Final = 65  # bytes: a SHA-256 in hex, and the end of its line
_LARGEST_HEAD: Final = 1 << 16  # bytes of an entry before its PNG; ours have about five hundred
LARGEST_ENTRY: Final = LARGEST_FILE + _LARGEST_HEAD


class MissingError(KeyError):
    """Report that the cache has no sound texture of this digest."""


def degraded_digest(request_digest: str, degraded: tuple[str, ...]) -> str:
    """Return the digest of a texture for which something was given up: another one than the request's."""
    return hashlib.sha256("\0".join((request_digest, *sorted(degraded))).encode("utf-8")).hexdigest()


def result_digest(texture: AnyTexture) -> str:
    """Return what a texture is kept under: the request's digest, or another where something was given up."""
    return degraded_digest(texture.digest, texture.degraded) if texture.degraded else texture.digest


class Cache:
    """Textures in a folder, at most `limit` bytes of them: the least recently used go first.

    `packer` is one that keeps strips, for whoever puts pictures there that are like the last one.
    """

    def __init__(self, folder: Path, limit: int = _LIMIT, packer: StripPacker | None = None) -> None:
        self.folder = folder
        self.limit = limit
        self._files = DigestFolder(folder)
        self._packer = packer

    def get(self, digest: str, *, checks_pixels: bool = True) -> Texture:
        """Return the texture kept under a result digest.

        Without `checks_pixels` it is decoded once its pixels are asked for: then the entry's bytes are those
        that were kept, and who kept them had seen the pixels. Raises MissingError if there is no sound one,
        and BakeError if memory runs out.
        """
        path = self._files.path(digest)
        try:
            content = self._files.read(digest, LARGEST_ENTRY)
            texture = unpack_texture(content, digest, checks_pixels=checks_pixels)
        except OSError as error:
            raise MissingError(digest) from error
        except ValueError as error:
            remove_file(path)
            raise MissingError(digest) from error
        except MemoryError as error:
            what = "not enough memory to read the picture that is kept"
            raise BakeError(what, where=Location(path), hint="close other programs") from error
        self._files.touch(digest)
        return texture

    def find(self, digest: str, request: BakeRequest, *, checks_pixels: bool = True) -> Texture:
        """Return the texture kept under a result digest, as `get` does, if the request accepts it."""
        texture = self.get(digest, checks_pixels=checks_pixels)
        if not request.accepts(texture.environment.get("dtype"), is_degraded=bool(texture.degraded)):
            raise MissingError(digest)
        return texture

    def put(self, texture: Texture) -> str:
        """Keep a texture, and give the result digest that it is kept under. Raises BakeError (disk).

        On a full disk the cache gives up its less recently used half, rather than what was just painted.
        """
        digest = result_digest(texture)
        entry = {self._files.path(digest).name: pack_texture(texture, self._packer)}
        try:
            write_files(self.folder, entry, 0o600)
        except BakeError as error:
            if not is_full(error) or not self.prune(self.info().bytes // 2).entries:
                raise
            write_files(self.folder, entry, 0o600)
        self.prune(self.limit)
        return digest

    def info(self) -> CacheInfo:
        """Describe how full it is."""
        return self._files.info(self.limit)

    def prune(self, max_bytes: int) -> Pruned:
        """Remove the least recently used entries until the others have `max_bytes` together at most."""
        return self._files.prune(max_bytes)


def user_cache() -> Cache:
    """Return the cache that all projects of a user share."""
    folder = cache_folder() / "textures"
    with contextlib.suppress(OSError):  # on a read-only disk, what is there still serves
        private_folder(folder)
    return Cache(folder)


def cached(baker: Baker, cache: Cache, on_refusal: Callable[[BakeError], None] | None = None) -> Baker:
    """Return a baker that takes from the cache what it has, and keeps there what it has to have painted.

    What was given up to paint a texture leads to no later one: the request is painted again. A cache that
    cannot be written to raises its BakeError, or tells `on_refusal` of it and goes on.
    """
    fresh = keeping(baker, cache, on_refusal)

    def bake(request: BakeRequest, on_step: OnStep) -> Texture:
        started = time.monotonic()
        try:
            texture = cache.find(request.digest(), request)
        except MissingError:
            return fresh(request, on_step)
        return replace(texture, timings={FROM_CACHE: time.monotonic() - started})

    return bake


def keeping(baker: Baker, cache: Cache, on_refusal: Callable[[BakeError], None] | None = None) -> Baker:
    """Return a baker that always paints, and keeps the texture. `on_refusal` is as for `cached`."""

    def bake(request: BakeRequest, on_step: OnStep) -> Texture:
        texture = baker(request, on_step)
        try:
            cache.put(texture)
        except BakeError as error:
            if on_refusal is None:
                raise
            on_refusal(error)
        return texture

    return bake


def was_painted(timings: Mapping[str, float]) -> bool:
    """Tell whether a texture was painted, from how long its stages took: else it was kept."""
    return FROM_CACHE not in timings and FROM_STORE not in timings


class _Header(BaseModel):
    """Hold all of a texture but its pixels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    digest: str
    pixel_hash: str
    timings: Mapping[str, float]
    environment: Mapping[str, str]
    degraded: tuple[str, ...]


def pack_texture(texture: Texture, packer: StripPacker | None = None) -> bytes:
    """Return a texture as bytes that can be verified when they are read."""
    header = _Header(
        digest=texture.digest,
        pixel_hash=texture.pixel_hash,
        timings=texture.timings,
        environment=texture.environment,
        degraded=texture.degraded,
    )
    head = header.model_dump_json(ensure_ascii=True).encode("ascii") + b"\n"
    png = (packer or StripPacker(most=0)).pack(texture.image)
    found = hashlib.sha256(head)
    found.update(png)
    return b"".join((found.hexdigest().encode("ascii"), b"\n", head, png))


def unpack_texture(content: memoryview, digest: str, *, checks_pixels: bool = True) -> Texture:
    """Read the texture in an entry's bytes. Raises ValueError unless all of it holds."""
    head = bytes(content[:_LARGEST_HEAD])
    if hashlib.sha256(content[_HASH_LINE:]).hexdigest().encode("ascii") + b"\n" != head[:_HASH_LINE]:
        raise ValueError("the entry is damaged")
    text, _, _ = head[_HASH_LINE:].partition(b"\n")
    header = _Header.model_validate_json(text)
    pixels = PackedPixels(bytes(content[_HASH_LINE + len(text) + 1 :]))
    if checks_pixels and pixel_hash(pixels.image) != header.pixel_hash:
        raise ValueError("the pixels are not those that were kept")
    texture = Texture(
        pixels,
        header.digest,
        header.pixel_hash,
        header.timings,
        header.environment,
        header.degraded,
    )
    if result_digest(texture) != digest:
        raise ValueError("the entry is that of another digest")
    return texture
