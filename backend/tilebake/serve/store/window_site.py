"""Find out which machines see each other's windows, so that they may paint one large map together.

A mark of the bake lies in the shared store. Who finds it there, and may write there, sees the windows of all
who do; anybody else's windows lie in the cache of a machine, and are seen from there alone.
"""

import logging
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tilebake.errors import BakeError
from tilebake.serve.store.open_store import open_store, spell_url
from tilebake.serve.windows.window_cache import WindowCache, user_windows

TRIAL: Final = "0" * 64  # the key of no window

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class SiteFinder:
    """Find the site at which this process keeps windows, called on a worker's machine. It can be pickled."""

    store: str | None  # its URL
    mark: str  # of one bake

    @contextmanager
    def marking(self) -> Generator[None]:
        """Leave the mark in the store, if there is one, for as long as the bake takes.

        Raises BakeError as `open_store` does.
        """
        if self.store is None:
            yield
            return
        store = open_store(self.store, _log.warning)
        store.write(self._name, self._content)
        try:
            yield
        finally:
            store.remove(self._name)

    def __call__(self) -> str | None:
        """Return the name of the site, for people too; None where no window can be kept.

        Raises BakeError as `open_store` does.
        """
        refused: list[BakeError] = []
        cache = user_windows(refused.append)
        if cache is None or not _keeps(cache, refused):
            _log.warning("windows are not kept: %s", "; ".join(map(str, refused)))
            return None
        if self.store is not None and self._is_seen(self.store):
            return spell_url(self.store)
        return f"{cache.folder} of {socket.gethostname()}"

    def _is_seen(self, url: str) -> bool:
        """Tell whether this process can read and write where the mark lies."""
        store = open_store(url, _log.warning)
        found = store.read(self._name, len(self._content))
        return found == self._content and store.write(self._name, self._content)

    @property
    def _name(self) -> str:
        return f"marks/{self.mark}"

    @property
    def _content(self) -> bytes:
        return f"tilebake {self.mark}\n".encode("ascii")


def _keeps(cache: WindowCache, refused: list[BakeError]) -> bool:
    """Try whether a cache takes a window; `refused` is where it tells that it does not."""
    import numpy as np

    cache.put(TRIAL, np.zeros((1, 1, 1), np.float32))
    return not refused and cache.has(TRIAL)
