"""Windows of large maps come from a shared store, and go there, behind the user's own cache."""

from pathlib import Path

import numpy as np
import pytest

from tests.serve.store.conftest import Place
from tilebake.serve.store.shared_store import SharedStore
from tilebake.serve.store.shared_windows import SharedWindows
from tilebake.serve.windows.window_cache import AnewCache, AnewTogether, WindowCache

KEY = "ab" * 32


@pytest.fixture
def window() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(1).normal(size=(4, 8, 8)).astype(np.float32)


Window = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def windows_of(folder: Path, store: SharedStore) -> SharedWindows:
    return SharedWindows(WindowCache(folder), store)


def test_a_window_is_painted_by_one_machine_for_all(place: Place, window: Window, tmp_path: Path) -> None:
    assert not windows_of(tmp_path / "first", place.open()).has(KEY)
    windows_of(tmp_path / "first", place.open()).put(KEY, window)
    second = windows_of(tmp_path / "second", place.open())
    assert second.has(KEY)
    taken = second.get(KEY)
    assert taken is not None
    np.testing.assert_array_equal(taken, window)
    assert WindowCache(tmp_path / "second").has(KEY), "it is asked for once"


def test_a_damaged_window_is_noticed(place: Place, window: Window, tmp_path: Path) -> None:
    windows_of(tmp_path / "first", place.open()).put(KEY, window)
    (name,) = place.names()
    content = bytearray(place.objects.read(name, 1 << 20))
    content[-1] ^= 1
    place.objects.write(name, bytes(content))
    told = list[str]()
    second = windows_of(tmp_path / "second", place.open(told))
    assert second.get(KEY) is None
    assert len(told) == 1
    second.put(KEY, window)
    assert windows_of(tmp_path / "third", place.open()).has(KEY)


def test_who_paints_all_anew_takes_no_window_of_others(place: Place, window: Window, tmp_path: Path) -> None:
    windows_of(tmp_path / "first", place.open()).put(KEY, window)
    anew = AnewCache(windows_of(tmp_path / "second", place.open()))
    assert not anew.has(KEY)
    anew.put(KEY, window + 1)
    taken = windows_of(tmp_path / "third", place.open()).get(KEY)
    assert taken is not None
    np.testing.assert_array_equal(taken, window + 1)


def test_processes_that_paint_all_anew_together_take_their_own_windows_alone(
    window: Window, tmp_path: Path
) -> None:
    WindowCache(tmp_path).put(KEY, window)
    first, second = (AnewTogether(WindowCache(tmp_path), "this bake") for _ in range(2))
    assert first.get(KEY) is None
    first.put(KEY, window + 1)
    assert second.has(KEY)
    for cache in (second, WindowCache(tmp_path)):
        taken = cache.get(KEY)
        assert taken is not None
        np.testing.assert_array_equal(taken, window + 1)
    assert not AnewTogether(WindowCache(tmp_path), "another").has(KEY)
