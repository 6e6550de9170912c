"""Take windows of large maps from a shared store, and put there what had to be painted."""

from typing import TYPE_CHECKING, Final

from tilebake.serve.store.shared_store import SharedStore
from tilebake.serve.windows.window_cache import LARGEST_WINDOW, WindowCache, pack_window, unpack_window

if TYPE_CHECKING:
    from tilebake.serve.windows.window_cache import Kept

MOST_MISSING: Final = 1 << 16  # keys that are remembered as not in the store


class SharedWindows:
    """Windows in the user's cache, and behind it in a store: what that has comes into the cache."""

    def __init__(self, cache: WindowCache, store: SharedStore) -> None:
        self._cache = cache
        self._store = store
        self._missing: set[str] = set()  # each is asked for twice before it is painted

    def has(self, key: str) -> bool:
        """Tell whether a sound window is kept."""
        return self.get(key) is not None

    def get(self, key: str) -> "Kept | None":
        """Return what is kept of a window, or a decoded piece; None if there is no sound one."""
        kept = self._cache.get(key)
        if kept is None and key not in self._missing:
            kept = self._take(key)
        return kept

    def put(self, key: str, kept: "Kept") -> None:
        """Keep a window, here and in the store."""
        self._cache.put(key, kept)
        self._store.write(_name_of(key), pack_window(key, kept))

    def _take(self, key: str) -> "Kept | None":
        content = self._store.read(_name_of(key), LARGEST_WINDOW)
        if content is not None:
            try:
                kept = unpack_window(memoryview(content), key)
            except ValueError as error:
                self._store.report_damage(_name_of(key), error)
            else:
                self._cache.put(key, kept)
                return kept
        if len(self._missing) >= MOST_MISSING:
            self._missing.clear()
        self._missing.add(key)
        return None


def _name_of(key: str) -> str:
    return f"windows/{key[:2]}/{key}"
