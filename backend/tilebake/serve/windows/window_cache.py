"""Keep windows of large maps in the user's cache, so that none is painted twice, not even after a kill.

An entry is one file under the window's key: the SHA-256 of all that follows, a line of JSON, and the
latents, float32 as they are, or the bytes of a decoded piece. Compressed, latents would be a tenth smaller.
An entry is verified whenever it is looked for; one that does not hold is removed, and counts as missing.
"""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, PositiveInt

from tilebake.errors import BakeError
from tilebake.private_folder import private_folder
from tilebake.serve.files.digest_folder import CacheInfo, DigestFolder, Pruned, remove_file
from tilebake.serve.files.disk_errors import disk_errors, is_full
from tilebake.user_folders import cache_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Kept = NDArray[np.float32] | NDArray[np.uint8]

LIMIT: Final = 2 << 30  # bytes
RESERVE: Final = 256 << 20  # bytes of the disk that are left to pictures
LOOKS: Final = 16  # a process looks at the whole folder each time that it wrote so many parts of the limit

_HASH_LINE: Final = 65  # bytes: a SHA-256 in hex, and the end of its line
_LARGEST_HEAD: Final = 1 << 10  # bytes of an entry before its latents; ours have about a hundred
LARGEST_WINDOW: Final = 64 << 20  # bytes; a window of the largest size has 4 MiB
_STORED: Final = {"float32": "<f4", "uint8": "|u1"}  # in an entry, whatever the machine

OnRefusal = Callable[[BakeError], None]


class WindowCache:
    """Windows in a folder, at most `limit` bytes of them: the least recently used go first.

    Several processes may share it; each may then be a sixteenth of the limit over it. What the disk refuses
    stops nothing: `on_refusal` is told of it, and the window is not kept.
    """

    def __init__(self, folder: Path, on_refusal: OnRefusal = lambda _: None, limit: int = LIMIT) -> None:
        self.folder = folder
        self.limit = limit
        self._files = DigestFolder(folder)
        self._on_refusal = on_refusal
        self._room = 0  # bytes that may be written before the next look at the whole folder
        self._may_make_room = True

    def has(self, key: str) -> bool:
        """Tell whether a sound window is kept."""
        return self.get(key) is not None

    def get(self, key: str) -> "Kept | None":
        """Return the latents [C, h, w] of a window; None if there are no sound ones."""
        try:
            latents = unpack_window(self._files.read(key, LARGEST_WINDOW), key)
        except OSError:
            return None
        except ValueError:
            remove_file(self._files.path(key))
            return None
        self._files.touch(key)
        return latents

    def put(self, key: str, kept: "Kept") -> None:
        """Keep a window, if the disk has room for it."""
        content = pack_window(key, kept)
        try:
            self._write(key, content)
        except BakeError as error:
            self._on_refusal(error)
            return
        self._room -= len(content)
        if self._room < 0:
            self._stay_within_limit()

    def info(self) -> CacheInfo:
        """Describe how full it is."""
        return self._files.info(self.limit)

    def prune(self, max_bytes: int) -> Pruned:
        """Remove the least recently used windows until the others have `max_bytes` together at most."""
        return self._files.prune(max_bytes)

    def _write(self, key: str, content: bytes) -> None:
        """Write an entry. On a full disk, the less recently used half goes first. Raises BakeError."""
        try:
            self._write_once(key, content)
        except BakeError as error:
            if not (is_full(error) and self._may_make_room):
                raise
            self._may_make_room = False  # once: if that did not help, it is others that fill the disk
            if not self.prune(self.info().bytes // 2).entries:
                raise
            self._write_once(key, content)
        self._may_make_room = True

    def _write_once(self, key: str, content: bytes) -> None:
        path = self._files.path(key)
        with disk_errors(path):
            if shutil.disk_usage(_existing(self.folder)).free < RESERVE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            self._files.write_quickly(key, content)

    def _stay_within_limit(self) -> None:
        """Look at the whole folder, and make room for some more where there is too much."""
        held, part = self.info().bytes, self.limit // LOOKS
        if held > self.limit:
            held -= self.prune(self.limit - part).bytes
        self._room = min(part, self.limit - held)


class KeptWindows(Protocol):
    """Keep windows by key, as WindowCache does."""

    def has(self, key: str) -> bool:
        """Tell whether a sound window is kept."""
        ...

    def get(self, key: str) -> "Kept | None":
        """Return what is kept of a window; None if there is no sound one."""
        ...

    def put(self, key: str, kept: "Kept") -> None:
        """Keep a window, if there is room for it."""
        ...


class AnewCache:
    """Windows of a cache that were put there through this one: for who wants to have all painted anew."""

    def __init__(self, cache: KeptWindows) -> None:
        self._cache = cache
        self._anew: set[str] = set()

    def has(self, key: str) -> bool:
        """Tell whether a window was painted anew, and is kept."""
        return key in self._anew and self._cache.has(key)

    def get(self, key: str) -> "Kept | None":
        """Return the latents [C, h, w] of a window that was painted anew; None if they are not kept."""
        return self._cache.get(key) if key in self._anew else None

    def put(self, key: str, kept: "Kept") -> None:
        """Keep a window."""
        self._anew.add(key)
        self._cache.put(key, kept)


class AnewTogether:
    """Windows of a cache that processes of one bake put there: for several that paint all anew together.

    They stand there twice: under a key of this bake's own, and under their own for later ones.
    """

    def __init__(self, cache: KeptWindows, bake: str) -> None:
        """Take what was put there under the bake's name, which is another for each bake."""
        self._cache = cache
        self._bake = bake

    def has(self, key: str) -> bool:
        """Tell whether a window was painted anew, and is kept."""
        return self._cache.has(self._own(key))

    def get(self, key: str) -> "Kept | None":
        """Return what was painted anew of a window; None if it is not kept."""
        return self._cache.get(self._own(key))

    def put(self, key: str, kept: "Kept") -> None:
        """Keep a window."""
        for name in (self._own(key), key):
            self._cache.put(name, kept)

    def _own(self, key: str) -> str:
        return hashlib.sha256(f"{self._bake} {key}".encode("ascii")).hexdigest()


def user_windows(on_refusal: OnRefusal) -> WindowCache | None:
    """Return the cache of windows that all projects of a user share.

    None where it is another user's, of which `on_refusal` is told.
    """
    folder = cache_folder() / "windows"
    try:
        with contextlib.suppress(OSError):  # on a read-only disk, what is there still serves
            private_folder(folder)
    except BakeError as error:
        on_refusal(error)
        return None
    return WindowCache(folder, on_refusal)


class _Header(BaseModel):
    """Hold all of a window but its latents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    key: str
    shape: tuple[PositiveInt, PositiveInt, PositiveInt]
    dtype: Literal["float32", "uint8"] = "float32"


def pack_window(key: str, kept: "Kept") -> bytes:
    """Return a window as bytes that can be verified when they are read."""
    channels, height, width = kept.shape
    dtype = "uint8" if kept.dtype == "uint8" else "float32"
    header = _Header(key=key, shape=(channels, height, width), dtype=dtype)
    head = header.model_dump_json().encode("ascii") + b"\n"
    body = kept.astype(_STORED[dtype]).tobytes()
    found = hashlib.sha256(head)
    found.update(body)
    return b"".join((found.hexdigest().encode("ascii"), b"\n", head, body))


def unpack_window(content: memoryview, key: str) -> "Kept":
    """Read what is kept in an entry's bytes. Raises ValueError unless all of it holds."""
    import numpy as np

    head = bytes(content[:_LARGEST_HEAD])
    if hashlib.sha256(content[_HASH_LINE:]).hexdigest().encode("ascii") + b"\n" != head[:_HASH_LINE]:
        raise ValueError("the entry is damaged")
    text, _, _ = head[_HASH_LINE:].partition(b"\n")
    header = _Header.model_validate_json(text)
    if header.key != key:
        raise ValueError("the entry is that of another window")
    body = np.frombuffer(content[_HASH_LINE + len(text) + 1 :], _STORED[header.dtype])
    return body.reshape(header.shape).astype(header.dtype)  # ValueError for another size than it says


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())
