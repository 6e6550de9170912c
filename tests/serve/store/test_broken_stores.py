"""A store that is broken, slow or not there is told once, and nothing waits for it."""

import sys
import threading
import time
from pathlib import Path

import pytest

from tests.helpers.clock import Clock
from tests.serve.store.conftest import Place
from tilebake.errors import BakeError
from tilebake.serve.store.objects import FolderObjects, Objects
from tilebake.serve.store.open_store import open_store, spell_url
from tilebake.serve.store.shared_store import PAUSE, SharedStore


class Broken:
    """Objects that cannot be had, until the store is mended."""

    def __init__(self, *, writes_only: bool = False) -> None:
        self.is_mended = False
        self.asked = 0
        self._writes_only = writes_only

    def read(self, name: str, most: int) -> bytes:
        self.asked += 1
        if not (self.is_mended or self._writes_only):
            raise ConnectionError("no route to host")
        return name.encode()[:most]

    def write(self, name: str, content: bytes) -> None:
        self.asked += 1
        if not self.is_mended:
            raise FileNotFoundError(f"no bucket for {len(content)} bytes of {name}")

    def remove(self, name: str) -> None:
        raise PermissionError(f"{name} is not yours")


def test_a_store_that_cannot_be_reached_is_told_once_and_tried_again_later(clock: Clock) -> None:
    broken, told = Broken(), list[str]()
    store = SharedStore(lambda: broken, "s3://game", told.append, clock)
    for _ in range(3):
        assert store.read("a", 9) is None
    assert told == ["the store s3://game cannot be read, so the bake goes on without it: no route to host"]
    assert broken.asked == 1
    clock.now += PAUSE
    assert store.read("a", 9) is None
    assert (broken.asked, len(told)) == (2, 1)
    broken.is_mended = True
    clock.now += PAUSE
    assert store.read("a", 9) == b"a"


def test_a_store_that_cannot_be_written_to_still_serves(clock: Clock) -> None:
    broken, told = Broken(writes_only=True), list[str]()
    store = SharedStore(lambda: broken, "s3://game", told.append, clock)
    store.write("a", b"")
    store.write("b", b"")
    assert store.read("a", 9) == b"a"
    assert [text.partition(",")[0] for text in told] == ["the store s3://game cannot be written to"]


def test_a_store_that_does_not_connect_is_told(clock: Clock) -> None:
    def connect() -> Objects:
        raise PermissionError("no such user")

    told = list[str]()
    assert SharedStore(connect, "sftp://host", told.append, clock).read("a", 9) is None
    assert len(told) == 1


def test_a_store_that_never_answers_holds_nobody_up(clock: Clock) -> None:
    answer = threading.Event()

    def connect() -> Objects:
        answer.wait()
        raise ConnectionError

    told = list[str]()
    started = time.monotonic()
    assert SharedStore(connect, "nfs", told.append, clock, deadline=0.05).read("a", 9) is None
    answer.set()
    assert time.monotonic() - started < 10
    assert told == ["the store nfs cannot be read, so the bake goes on without it: no answer in 0.05 s"]


def test_a_file_in_the_place_of_the_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"")
    told = list[str]()
    store = open_store(str(tmp_path / "store"), told.append)
    store.write("textures/a", b"content")
    assert store.read("textures/a", 9) is None
    assert "cannot be written to" in told[0]


@pytest.mark.parametrize(
    ("url", "hint"),
    [("nothing://bucket/folder", "a URL such as s3://"), ("s3://bucket", "install it beside tilebake")],
)
def test_a_store_that_nothing_here_speaks_to_is_refused_at_once(
    url: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(BakeError) as caught:
        open_store(url, print)
    assert hint in (caught.value.hint or "")


def test_a_url_without_fsspec_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(BakeError, match="fsspec") as caught:
        open_store("s3://bucket", print)
    assert caught.value.hint == 'pip install "tilebake[store]"'
    store = open_store(str(tmp_path), print)
    store.write("a", b"1")
    assert store.read("a", 9) == b"1", "a folder needs no fsspec"


def test_a_drive_of_windows_is_no_scheme() -> None:
    store = open_store(r"C:\store", print)
    assert store.name == r"C:\store"


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("sftp://user:secret@host/store", "sftp://host/store"),
        ("https://host/store?token=secret", "https://host/store"),
        ("s3://bucket/folder", "s3://bucket/folder"),
        ("/srv/store", "/srv/store"),
    ],
)
def test_a_url_is_told_without_its_secrets(url: str, spelled: str) -> None:
    assert spell_url(url) == spelled


def test_a_folder_is_made_for_the_first_object(tmp_path: Path) -> None:
    objects = FolderObjects(tmp_path / "new" / "store")
    objects.write("textures/ab/abc", b"1")
    assert objects.read("textures/ab/abc", 1) == b"1"


def test_an_object_is_removed_and_one_that_is_gone_is_no_fault(place: Place) -> None:
    told: list[str] = []
    store = place.open(told)
    store.write("marks/mine", b"mine")
    for _ in range(2):
        store.remove("marks/mine")
        assert place.names() == []
    assert not told


def test_a_store_that_removes_nothing_ends_no_bake(clock: Clock) -> None:
    told: list[str] = []
    store = SharedStore(lambda: Broken(writes_only=True), "the rack", told.append, clock)
    store.remove("marks/mine")
    assert told == [
        "the store the rack cannot be written to, so the bake goes on without it: marks/mine is not yours"
    ]
