"""Machines find out whether they see each other's windows: each has a cache of its own, some a store."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.serve.store.conftest import Place
from tilebake.errors import BakeError
from tilebake.serve.store.objects import FolderObjects
from tilebake.serve.store.window_site import SiteFinder
from tilebake.serve.windows import window_cache

MARK = "a bake"

SiteOf = Callable[[str, SiteFinder], str | None]


@pytest.fixture
def site_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SiteOf:
    """What a machine with a cache folder of its own finds."""

    def find(machine: str, finder: SiteFinder) -> str | None:
        monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / machine))
        return pickle.loads(pickle.dumps(finder))()

    return find


def test_machines_with_a_store_are_one_site(site_of: SiteOf, place: Place) -> None:
    finder = SiteFinder(place.url, MARK)
    with finder.marking():
        assert site_of("first", finder) == site_of("second", finder) == place.url
        assert place.names() == [f"marks/{MARK}"], "however many they are"
    assert place.names() == [], "nothing is left of it behind the bake"


def test_machines_without_a_store_are_one_site_each(site_of: SiteOf, tmp_path: Path) -> None:
    first, second = (site_of(machine, SiteFinder(None, MARK)) for machine in ("first", "second"))
    assert first is not None
    assert first.startswith(f"{tmp_path / 'first' / 'windows'} of ")
    assert first != second
    assert site_of("first", SiteFinder(None, MARK)) == first, (
        "workers on one machine see each other's windows"
    )


def test_a_machine_that_has_another_store_under_this_name_is_its_own_site(
    site_of: SiteOf, place: Place
) -> None:
    finder = SiteFinder(place.url, MARK)
    site = site_of("second", finder)  # a folder that is not shared, as if the mark were left elsewhere
    assert site is not None
    assert "second" in site
    assert site == site_of("second", SiteFinder(None, MARK))


def test_a_machine_that_must_not_write_is_its_own_site(
    site_of: SiteOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finder = SiteFinder(str(tmp_path / "store"), MARK)

    def refuse(*_: object) -> None:
        raise PermissionError("read only")

    with finder.marking():
        monkeypatch.setattr(FolderObjects, "write", refuse)
        assert site_of("second", finder) == site_of("second", SiteFinder(None, MARK))


def test_a_machine_whose_disk_is_full_keeps_no_windows(
    site_of: SiteOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site_of("first", SiteFinder(None, MARK)) is not None
    monkeypatch.setattr(window_cache, "RESERVE", 1 << 60)
    assert site_of("first", SiteFinder(None, MARK)) is None


def test_a_store_that_this_machine_cannot_speak_to_is_an_error(site_of: SiteOf) -> None:
    with pytest.raises(BakeError, match="is no store that is known"):
        site_of("first", SiteFinder("nowhere://bucket/store", MARK))
