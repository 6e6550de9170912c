"""What is saved last is what is painted, whoever else reads maps, and whatever becomes of textures."""

import errno
import os
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.game import Game, game_in, until, view
from tilebake.level.tilemap import TileMap
from tilebake.serve.backend import Backend
from tilebake.serve.bake import plan
from tilebake.serve.jobs import retries
from tilebake.serve.watching.watch import Timing

TRIES_SHORT, TRIES_LONG = 3, 100
ID = "levels/forest.json"
SLOW = Timing(quiet=3600.0, longest=0.6, reconcile=0.6, latest=0.6)  # a version in between is easily missed


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_WAIT", 0.3)


@pytest.fixture
def quick_upkeep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tilebake.serve.backend.UPKEEP", 0.1)


def is_settled(game: Game, backend: Backend) -> bool:
    return game.is_painted("forest") and view(backend, "forest").state == "up to date"


@pytest.mark.parametrize("events", [True, False], ids=["events", "polling"])
@pytest.mark.parametrize("tries", [TRIES_SHORT, pytest.param(TRIES_LONG, marks=pytest.mark.long)])
def test_version_that_somebody_else_had_painted_does_not_stay(tries: int, events: bool, game: Game) -> None:
    chance = random.Random(17)
    path = game.save("forest", 0)
    with game.watched(replace(SLOW, events=events)) as backend:
        until(lambda: is_settled(game, backend))
        for number in range(1, tries + 1):
            content, status = path.read_bytes(), path.stat()
            game.save("forest", number)
            backend.submit(ID, "asked")
            if number % 3:  # else it goes back while the other version is painted
                until(lambda: game.is_painted("forest"))
            time.sleep(chance.uniform(0.0, 0.2))
            path.write_bytes(content)
            if number % 2:
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            until(lambda: is_settled(game, backend))
        game.save("other", 1)  # once it is painted, the watch has come to all that was saved before
        until(lambda: game.is_painted("other"))
        assert game.is_painted("forest")
        assert game.request("forest").seed == 0


def truncate(png: Path) -> None:
    png.write_bytes(png.read_bytes()[:100])


def replace_by_other_of_same_size_and_time(png: Path) -> None:
    status = png.stat()
    png.write_bytes(bytes(status.st_size))
    os.utime(png, ns=(status.st_atime_ns, status.st_mtime_ns))


def truncate_record(png: Path) -> None:
    truncate(png.with_suffix(".bake.json"))


def delete_pair(png: Path) -> None:
    png.unlink()
    png.with_suffix(".bake.json").unlink()


@pytest.mark.usefixtures("quick_upkeep")
def test_damaged_texture_comes_back_unpainted(game: Game) -> None:
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: is_settled(game, backend))
        for damage in (truncate, replace_by_other_of_same_size_and_time, truncate_record, delete_pair):
            damage(game.png("forest"))
            until(lambda: is_settled(game, backend))
    assert game.begun() == [1], "out of the cache"


def test_deleted_texture_comes_back_without_waiting_for_upkeep(
    game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tilebake.serve.backend.UPKEEP", 3600.0)
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: is_settled(game, backend))
        game.png("forest").unlink()
        until(lambda: is_settled(game, backend))
        delete_pair(game.png("forest"))
        until(lambda: is_settled(game, backend))
    assert game.begun() == [1], "out of the cache"


@pytest.mark.usefixtures("quick_upkeep")
def test_older_pair_that_is_checked_out_is_replaced_by_that_of_the_map(game: Game) -> None:
    pair = [game.png("forest"), game.png("forest").with_suffix(".bake.json")]
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: is_settled(game, backend))
        older = [file.read_bytes() for file in pair]
        game.save("forest", 2)
        until(lambda: is_settled(game, backend))
        for file, content in zip(pair, older, strict=True):
            file.write_bytes(content)
        until(lambda: is_settled(game, backend))
    assert game.begun() == [1, 2], "out of the cache"


@pytest.mark.usefixtures("quick_upkeep")
def test_failed_job_is_tried_again_when_its_map_is_saved_again_as_it_was(game: Game) -> None:
    """Long before the pause is over that it is tried again after by itself."""
    blocked = block_output(game)
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "failed")
        blocked.unlink()
        game.save("forest", 1)
        until(lambda: is_settled(game, backend))
    assert game.begun() == [1]


def block_output(game: Game) -> Path:
    """A file in the place of the folder that textures go to."""
    (game.root / "tilebake.toml").write_text('maps = ["levels"]\noutput = "textures"\n', encoding="utf-8")
    blocked = game.root / "textures"
    blocked.write_bytes(b"in the way")
    return blocked


@pytest.mark.usefixtures("quick_upkeep", "quick_retries")
def test_all_failed_jobs_are_tried_again_by_themselves_once_one_has_succeeded(game: Game) -> None:
    blocked = block_output(game)
    names = ("a", "b", "c", "d")
    for name in names:
        game.save(name, ord(name))
    with game.watched() as backend:
        until(lambda: all(view(backend, name).state == "failed" for name in names))
        blocked.unlink()
        until(lambda: all(view(backend, name).state == "up to date" for name in names))
    assert sorted(game.begun()) == [ord(name) for name in names], "all out of the cache"


@pytest.mark.usefixtures("quick_upkeep", "quick_retries")
def test_map_that_could_not_be_read_is_read_again_by_itself(
    game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_away = True

    def read_map(path: Path, *args: Any, **options: Any) -> TileMap:
        if is_away:
            raise OSError(errno.EIO, "the network drive is away", str(path))
        return real_read_map(path, *args, **options)

    real_read_map = plan.read_map
    monkeypatch.setattr(plan, "read_map", read_map)
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "failed")
        is_away = False
        until(lambda: is_settled(game, backend))


def test_cache_that_cannot_be_written_does_not_stop_a_watch(game: Game) -> None:
    game.cache.folder.write_bytes(b"in the way")
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: is_settled(game, backend))
        game.save("forest", 2)
        until(lambda: is_settled(game, backend))
        notices = [event.notice for event in backend.events(0, 0) if "is not kept" in event.notice]
    assert game.begun() == [1, 2]
    assert len(notices) == 1
    assert str(game.cache.folder) in notices[0]
