"""FsEvents from the real watchdog: what makes one, what makes none, and what happens where there are none."""

import shutil
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.patience import PATIENCE
from tilebake.serve.watching import fs_events as notices_module
from tilebake.serve.watching.fs_events import FsEvents

# watchdog warns of folders that are made while it looks for them; pytest would make its thread die of it
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    folder = tmp_path / "game" / "maps"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def notices() -> Iterator[FsEvents]:
    with FsEvents() as notices:
        yield notices


def follow(notices: FsEvents, maps: Path) -> None:
    """Follow, as a look does, and forget what happened before."""
    notices.follow([maps], [maps.parent / "tilebake.toml"])
    notices.take()


def until_named(notices: FsEvents, file: Path) -> set[Path]:
    """Wait for a notice that names a file, whatever late ones come before; what was named until then."""
    named = set[Path]()
    while file not in named:
        assert notices.wait(PATIENCE)
        notices.take()
        named |= notices.take_named()
    return named


def test_a_save_is_noticed_until_it_is_taken(notices: FsEvents, maps: Path) -> None:
    follow(notices, maps)
    assert notices.mode.kind == "events"
    (maps / "a.json").touch()
    assert notices.wait(PATIENCE)
    assert notices.take()


@pytest.mark.parametrize("deep", ["", "one", "one/two/three"])
def test_a_save_in_a_folder_made_later_is_noticed(notices: FsEvents, maps: Path, deep: str) -> None:
    follow(notices, maps)
    (maps / deep).mkdir(parents=True, exist_ok=True)
    (maps / deep / "a.json").touch()
    assert notices.wait(PATIENCE)


def test_a_save_of_a_single_file_is_noticed(notices: FsEvents, maps: Path) -> None:
    follow(notices, maps)
    (maps.parent / "tilebake.toml").touch()
    assert notices.wait(PATIENCE)


def test_a_missing_folder_is_noticed_when_it_is_made(notices: FsEvents, maps: Path) -> None:
    game = maps.parent
    shutil.rmtree(game)
    follow(notices, maps)
    game.mkdir()
    assert notices.wait(PATIENCE)
    follow(notices, maps)
    maps.mkdir()
    assert notices.wait(PATIENCE)
    follow(notices, maps)
    (maps / "a.json").touch()
    until_named(notices, maps / "a.json")


@pytest.mark.parametrize("moved", [False, True])
def test_a_folder_that_was_made_again_is_followed(notices: FsEvents, maps: Path, moved: bool) -> None:
    follow(notices, maps)
    if moved:
        maps.rename(maps.with_name("old"))
    else:
        maps.rmdir()
    maps.mkdir()
    named, over = set[Path](), time.monotonic() + PATIENCE
    while maps / "a.json" not in named:  # the old one's watch may outlive a look: inodes are used again
        assert time.monotonic() < over
        follow(notices, maps)
        (maps / "a.json").touch()
        notices.wait(0.5)
        named |= notices.take_named()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_folder_that_is_a_link_is_followed(notices: FsEvents, maps: Path) -> None:
    link = maps.with_name("link")
    link.symlink_to(maps)
    follow(notices, link)
    (maps / "a.json").touch()
    until_named(notices, link / "a.json")


def test_files_are_named_once_each_by_the_paths_that_are_followed(notices: FsEvents, maps: Path) -> None:
    follow(notices, maps)
    (maps / "a.json").touch()
    assert notices.wait(PATIENCE)
    assert notices.take_named() == {maps / "a.json"}
    (maps / "deep").mkdir()
    (maps / "a.json").rename(maps / "b.json")
    named = until_named(notices, maps / "b.json")
    assert named <= {maps / "a.json", maps / "b.json"}, "files, and no folder"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere reading may be noticed too")
def test_reading_and_what_is_no_map_are_not_noticed(notices: FsEvents, maps: Path) -> None:
    (maps / "a.json").touch()
    follow(notices, maps)
    (maps / "a.json").read_bytes()
    (maps / "a.png").write_bytes(b"picture")
    (maps / "a.bake.json").write_bytes(b"{}")
    (maps / ".tilebake-stage").mkdir()
    (maps / ".tilebake-stage" / "a.png").write_bytes(b"picture")
    assert not notices.wait(1.0)
    (maps / "a.json").write_bytes(b"{}")
    assert notices.wait(PATIENCE)


def test_without_events_there_are_no_notices_and_no_threads(maps: Path) -> None:
    before = set(threading.enumerate())
    with FsEvents(enabled=False) as notices:
        follow(notices, maps)
        assert notices.mode.kind == "polling"
        assert set(threading.enumerate()) == before


def test_leaving_ends_every_thread(maps: Path) -> None:
    before = set(threading.enumerate())
    with FsEvents() as notices:
        follow(notices, maps)
    assert set(threading.enumerate()) <= before


@contextmanager
def no_more_files() -> Generator[None]:
    """Until the end, this process may open nothing: inotify's own limit refuses in the same way."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of Linux")
@pytest.mark.parametrize(("retry", "expected"), [(0.0, "events"), (3600.0, "polling")])
def test_where_the_system_refuses_it_is_said_and_tried_again_later(
    notices: FsEvents, maps: Path, monkeypatch: pytest.MonkeyPatch, retry: float, expected: str
) -> None:
    monkeypatch.setattr(notices_module, "RETRY", retry)
    with no_more_files():
        follow(notices, maps)
    assert notices.mode.kind == "polling"
    assert "max_user_instances" in notices.mode.reason
    follow(notices, maps)
    assert notices.mode.kind == expected
