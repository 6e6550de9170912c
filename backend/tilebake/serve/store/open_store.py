"""Open a store by its URL, or by the path of a folder."""

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from tilebake.errors import BakeError
from tilebake.serve.store.objects import FolderObjects, Objects
from tilebake.serve.store.remote_objects import RemoteObjects
from tilebake.serve.store.shared_store import SharedStore, Tell
from tilebake.serve.store.shared_windows import SharedWindows
from tilebake.serve.windows.window_cache import KeptWindows, WindowCache

EXTRA: Final = 'pip install "tilebake[store]"'

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?=://|::)")  # two letters at least: C: is a drive


def open_store(url: str, tell: Tell) -> SharedStore:
    """Return the store at a URL; it is looked for when something is asked of it.

    `tell` is told of what is wrong with it. Raises BakeError where nothing here can speak to such a store.
    """
    folder = _folder_of(url)
    if folder is not None:
        return SharedStore(lambda: FolderObjects(folder), spell_url(url), tell)
    _refuse_unknown(url)

    def connect() -> Objects:
        return RemoteObjects(url)

    return SharedStore(connect, spell_url(url), tell)


def share_windows(cache: WindowCache | None, url: str | None, tell: Tell) -> KeptWindows | None:
    """Return the windows of a cache with those of a store behind them; without either, the cache."""
    return cache if cache is None or url is None else SharedWindows(cache, open_store(url, tell))


def spell_url(url: str) -> str:
    """Return a URL for people to read: without a password, and without what may be a key."""
    return re.sub(r"(?<=://)[^/@]*@", "", url).partition("?")[0]


def _folder_of(url: str) -> Path | None:
    """Return the folder that is meant; None for what is no folder."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        return Path(url).absolute()
    if scheme[0].lower() != "file" or "::" in url:
        return None
    parts = urlsplit(url)
    path = unquote(parts.path)
    if os.name == "nt":  # file:///C:/store, file://server/share
        path = f"//{parts.netloc}{path}" if parts.netloc else path.lstrip("/")
    return Path(path)


def _refuse_unknown(url: str) -> None:
    """Raise BakeError for a kind of store for which no driver is installed."""
    try:
        from fsspec import get_filesystem_class
    except ImportError as error:
        raise BakeError(
            f"the store {spell_url(url)} needs fsspec, which is not installed", hint=EXTRA
        ) from error
    scheme = _SCHEME.match(url)
    assert scheme is not None, "else it is a folder"
    try:
        get_filesystem_class(scheme[0].lower())
    except ImportError as error:
        raise BakeError(
            f"the store {spell_url(url)} needs a driver: {error}", hint="install it beside tilebake"
        ) from error
    except ValueError as error:
        what = f"{spell_url(url)} is no store that is known: {error}"
        raise BakeError(what, hint="give a folder, or a URL such as s3://bucket/folder") from error
