"""The store in memory keeps what was asked for last."""

import numpy as np

from tilebake.paint.windows.store import MemoryStore


def window(value: float) -> np.ndarray[tuple[int, int, int], np.dtype[np.float32]]:
    return np.full((1, 2, 2), value, np.float32)  # 16 bytes


def test_the_least_recently_used_go_first() -> None:
    store = MemoryStore(most=40)
    store.put("a", window(1))
    store.put("b", window(2))
    assert store.get("a") is not None
    store.put("c", window(3))
    assert [store.has(key) for key in "abc"] == [True, False, True]


def test_what_went_is_found_in_the_store_behind() -> None:
    behind = MemoryStore()
    store = MemoryStore(behind, most=16)
    store.put("a", window(1))
    store.put("b", window(2))
    found = store.get("a")
    assert found is not None
    assert found.max() == 1


def test_one_is_kept_however_large() -> None:
    store = MemoryStore(most=1)
    store.put("a", window(1))
    store.put("a", window(2))
    found = store.get("a")
    assert found is not None
    assert found.max() == 2
