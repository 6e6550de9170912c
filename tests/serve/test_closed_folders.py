"""A folder of maps that is closed to a watch is told, its maps are not taken for gone, and others go on."""

import logging.handlers
import multiprocessing.popen_spawn_posix
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.helpers.game import Game, game_in, until, view
from tests.helpers.rights import closed, give_to_nobody, is_root, without_rights
from tilebake.serve.backend import Backend

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes"),
    pytest.mark.skipif(is_root() and not hasattr(os, "setresuid"), reason="root reads all here"),
]
NEEDED = (logging.handlers, multiprocessing.popen_spawn_posix)  # imported while there are rights to
NAMES = ("a/a", "b/b", "c/c")


@pytest.fixture
def game() -> Generator[Game]:
    """Three maps in folders of their own, painted, where everybody may go, unlike pytest's folders."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        game = game_in(Path(name))
        for seed, each in enumerate(NAMES):
            game.path(each).parent.mkdir()
            game.save(each, seed)
            game.publish(each)
        give_to_nobody(Path(name))
        yield game


def told(backend: Backend, folder: Path) -> int:
    """How often a watch has said that a folder cannot be read."""
    notices = [event.notice for event in backend.events(0, 0)]
    assert not [notice for notice in notices if notice.startswith("removed")]
    return sum(f"{folder}: the folder cannot be read: Permission denied" in notice for notice in notices)


@pytest.mark.parametrize("place", ["levels/b", "levels"])
def test_a_folder_that_is_closed_is_told_and_its_maps_come_back(place: str, game: Game) -> None:
    folder, folder_of_b = game.root / place, game.path("b/b").parent
    with without_rights(), game.watched() as backend:
        with closed([folder]):
            until(lambda: told(backend, folder) == 1)
            assert {each.id for each in backend.maps()} == {f"levels/{name}.json" for name in NAMES}
        until(lambda: all(view(backend, name).state == "up to date" for name in NAMES))
        # A map that is seen shows that the watch has looked while it was open.
        for kind in ("png", "bake.json", "json"):
            shutil.copyfile(folder_of_b / f"b.{kind}", folder_of_b / f"d.{kind}")
        until(lambda: view(backend, "b/d").state == "up to date")
        with closed([folder]):
            until(lambda: told(backend, folder) == 2)


def test_a_watch_that_begins_with_a_closed_folder_follows_the_others(game: Game) -> None:
    folder = game.root / "levels/b"
    with without_rights(), closed([folder]), game.watched() as backend:
        assert told(backend, folder) == 1
        game.path("c/c").unlink()
        until(lambda: view(backend, "c/c").state == "gone")
        assert view(backend, "a/a").state == "up to date"
        assert view(backend, "b/b").state == "gone"
        folder.chmod(0o755)
        until(lambda: view(backend, "b/b").state == "up to date")


def test_a_map_that_is_closed_is_an_error_of_its_own(game: Game) -> None:
    with without_rights(), game.watched() as backend:
        with closed([game.path("b/b")]):
            until(lambda: view(backend, "b/b").state == "failed")
            assert view(backend, "a/a").state == "up to date"
        until(lambda: view(backend, "b/b").state == "up to date")
