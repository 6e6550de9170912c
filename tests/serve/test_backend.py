"""The backend: every map's last saved state is painted or told, whatever happens to the files."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.helpers.counting_baker import picture_of
from tests.helpers.game import QUICK, Game, game_in, states, until, view
from tilebake import request
from tilebake.errors import MapError
from tilebake.level.tilemap import TileMap
from tilebake.serve.bake import plan
from tilebake.serve.files.png import png_pixels
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.watching.watch import Timing

SAVES_SHORT, SAVES_LONG = (40, 0.8), (500, 10.0)  # how many saves, in how many seconds
RENDER = "_columns_json"  # the tiles of a request, to be digested: nearly all that a digest costs
CROWD_SHORT, CROWD_LONG = 15, 2_000  # maps


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


def test_a_save_becomes_a_picture(game: Game) -> None:
    game.save("old", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "old").state == "up to date")
        game.save("new", 2)
        until(lambda: view(backend, "new").state == "up to date")
        game.save("old", 3)
        until(lambda: game.is_painted("old"))
        until(lambda: view(backend, "old").state == "up to date")
        result = backend.result("levels/old.json")
    assert (png_pixels(game.png("old").read_bytes()) == picture_of(game.request("old"))).all()
    assert game.begun() == [1, 2, 3]
    assert result["digest"] == game.request("old").digest()


def test_save_is_parsed_once_and_digested_once(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed, rendered = list[Path](), list[int]()
    read_map, render = plan.read_map, getattr(request, RENDER)

    def counting_read_map(path: Path, *args: Any, **options: Any) -> TileMap:
        parsed.append(path)
        return read_map(path, *args, **options)

    def counting_render(tilemap: TileMap) -> Any:
        rendered.append(len(tilemap.tiles))
        return render(tilemap)

    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        first = view(backend, "forest").job_id
        monkeypatch.setattr(plan, "read_map", counting_read_map)
        monkeypatch.setattr(request, RENDER, counting_render)
        game.save("forest", 2)
        until(lambda: view(backend, "forest").job_id != first)
        until(lambda: view(backend, "forest").state == "up to date")
    monkeypatch.undo()
    assert parsed == [game.path("forest")]
    assert len(rendered) == 1


def test_wait_in_vain_ends_with_the_last_state(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    game.save("forest", 1)
    with game.watched() as backend:
        monkeypatch.setattr("tests.helpers.game.PATIENCE", 0.1)
        with pytest.raises(AssertionError, match=r"levels/forest\.json.*") as caught:
            until(lambda: view(backend, "forest").state == "gone")
    assert 'state == "gone"' in str(caught.value)


def test_nothing_is_left_of_it(game: Game) -> None:
    before = set(threading.enumerate())
    game.save("forest", 1, base_prompt="stuck")
    with game.watched() as backend:
        until(lambda: any(job.step for job in backend.jobs()))
    assert set(threading.enumerate()) <= before
    assert not [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]
    assert not game.png("forest").exists()


def test_what_was_painted_is_not_painted_again(game: Game) -> None:
    game.save("forest", 1)
    game.keep_in_cache("forest")
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        game.path("forest").rename(game.path("wood"))
        until(lambda: game.png("wood").exists() and game.is_painted("wood"))
        until(lambda: "gone" in states(backend.events(0, 0), "forest"))
        assert view(backend, "forest").state == "gone"
    with game.watched() as backend:
        assert view(backend, "wood").state == "up to date"
        assert not backend.jobs()
    assert game.begun() == []
    assert game.png("forest").exists(), "pictures are the user's"


def test_a_picture_that_somebody_removes_comes_back_unpainted(
    game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tilebake.serve.backend.UPKEEP", 0.1)
    game.save("forest", 1)
    game.save("river", 2)
    with game.watched():
        until(lambda: game.is_painted("forest", "river"))
        game.png("river").unlink()
        until(lambda: game.is_painted("river"))
    assert game.begun() == [1, 2], "out of the cache"


def test_the_map_being_edited_comes_before_what_is_stale_at_start(game: Game) -> None:
    game.save("a", 1, base_prompt="endless")
    for name, seed in (("b", 2), ("c", 3)):
        game.save(name, seed)
    with game.watched() as backend:
        until(lambda: any(job.step for job in backend.jobs()))
        game.save("c", 4)
        until(lambda: [job.map_id for job in backend.jobs()][1:] == ["levels/c.json", "levels/b.json"])
        running, *_ = backend.jobs()
        backend.cancel(running.id)
        until(lambda: game.is_painted("b", "c"))
        assert view(backend, "a").state == "stale"
    assert game.begun() == [1, 4, 2]


def test_a_newer_save_ends_the_older_bake(game: Game) -> None:
    game.save("forest", 1, base_prompt="endless")
    with game.watched() as backend:
        until(lambda: any(job.step for job in backend.jobs()))
        (older,) = backend.jobs()
        game.save("forest", 2)
        until(lambda: game.is_painted("forest"))
        assert backend.job(older.id).state == "superseded"
    assert game.begun() == [1, 2]


def test_a_broken_map_is_reported_and_its_picture_stays(game: Game) -> None:
    game.save("forest", 1)
    game.keep_in_cache("forest")
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        before = game.png("forest").read_bytes()
        game.path("forest").write_text('{"tilebake": 1, "rows": [', encoding="utf-8")
        until(lambda: view(backend, "forest").state == "failed")
        diagnostic = view(backend, "forest").diagnostic
        assert diagnostic is not None
        assert str(diagnostic.where).startswith(f"{game.path('forest')}:1:")
        with pytest.raises(MapError):
            backend.submit("levels/forest.json", "asked")
        assert game.png("forest").read_bytes() == before
        game.save("forest", 1)
        until(lambda: view(backend, "forest").state == "up to date")
    assert game.begun() == []


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def unreadable(path: Path) -> None:
    """Even for root: the start of a process's memory gives an I/O error."""
    path.symlink_to("/proc/self/mem")


@pytest.mark.skipif(sys.platform != "linux", reason="needs FIFOs and /proc")
@pytest.mark.parametrize(
    ("replace_by", "state", "what"),
    [(pipe, "failed", "not a regular file"), (unreadable, "failed", "cannot be read"), (folder, "gone", "")],
)
def test_a_folder_in_a_maps_place_is_reported(
    replace_by: Callable[[Path], None], state: str, what: str, game: Game
) -> None:
    for name, seed in (("forest", 1), ("river", 2)):
        game.save(name, seed)
    game.keep_in_cache("forest", "river")
    with game.watched() as backend:
        until(lambda: game.is_painted("forest", "river"))
        game.path("forest").unlink()
        replace_by(game.path("forest"))
        until(lambda: view(backend, "forest").state == state)
        diagnostic = view(backend, "forest").diagnostic
        assert what in (diagnostic.what if diagnostic else "")
        game.path("river").unlink()
        until(lambda: view(backend, "river").state == "gone")
    assert game.png("forest").exists()


def test_a_project_that_disappears_and_comes_back(game: Game) -> None:
    game.save("forest", 1)
    game.keep_in_cache("forest")
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        game.root.rename(game.root.with_name("elsewhere"))
        until(lambda: not backend.maps())
        until(lambda: any("waiting for it to come back" in each.notice for each in backend.events(0, 1)))
        game.root.with_name("elsewhere").rename(game.root)
        until(lambda: view(backend, "forest").state == "up to date")
        game.save("forest", 2)
        until(lambda: game.is_painted("forest"))
    assert game.begun() == [2]


def test_a_refusing_disk_is_reported_and_nothing_is_painted_twice(game: Game) -> None:
    toml = 'maps = ["levels"]\noutput = "textures"\n'
    (game.root / "tilebake.toml").write_text(toml, encoding="utf-8")
    (game.root / "textures").write_bytes(b"in the way")
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "failed")
        diagnostic = view(backend, "forest").diagnostic
        assert diagnostic is not None
        assert str(diagnostic.where) == str(game.root / "textures" / "levels" / "forest.png")
        (game.root / "textures").unlink()
        backend.submit("levels/forest.json", "asked")
        until(lambda: view(backend, "forest").state == "up to date")
    assert game.begun() == [1]


def test_a_map_that_kills_the_worker_is_set_aside(game: Game) -> None:
    game.save("a", 1, base_prompt="die")
    game.save("b", 2)
    with game.watched() as backend:
        until(lambda: view(backend, "a").state == "failed" and game.is_painted("b"))
        job_id = view(backend, "a").job_id
        assert job_id is not None
        assert backend.job(job_id).state == "set aside"
        assert any("in the middle of a bake" in event.notice for event in backend.events(0, 0))
        game.save("a", 3)
        until(lambda: game.is_painted("a"))
    assert game.begun() == [1, 1, 2, 3]


@pytest.mark.parametrize("seconds", [0.0, 4e9], ids=["1970", "2096"])
def test_a_wrong_clock_hides_no_save(seconds: float, game: Game) -> None:
    game.save("forest", 1)
    game.keep_in_cache("forest")
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        game.save("forest", 2)
        game.keep_in_cache("forest")
        os.utime(game.path("forest"), (seconds, seconds))
        until(lambda: game.is_painted("forest"))


def test_previews_are_made_for_those_who_look(game: Game) -> None:
    def has_picture() -> bool:
        try:
            picture = backend.progress_image(view(backend, "forest").job_id or 0)
        except UnknownIdError:
            return False
        return png_pixels(picture).shape == (8, 8, 3)

    game.save("forest", 1, base_prompt="endless")
    with game.watched() as backend:
        until(lambda: any(job.step for job in backend.jobs()))
        assert not has_picture()
        game.save("forest", 2)
        until(has_picture)


def test_what_is_unknown_is_said_to_be_so(game: Game) -> None:
    with game.watched() as backend:
        with pytest.raises(UnknownIdError):
            backend.result("../secret.json")
        with pytest.raises(UnknownIdError):
            backend.submit("../secret.json", "asked")
        for ask in (backend.job, backend.cancel, backend.progress_image):
            with pytest.raises(UnknownIdError):
                ask(7)


def test_backend_ends_when_it_is_asked_to(game: Game) -> None:
    with game.watched() as backend:
        assert not backend.is_leaving
        backend.shutdown()
        assert backend.is_leaving


@pytest.mark.parametrize(
    ("saves", "seconds"), [SAVES_SHORT, pytest.param(*SAVES_LONG, marks=pytest.mark.long)]
)
def test_a_burst_of_saves_ends_with_the_last_one_painted(saves: int, seconds: float, game: Game) -> None:
    """How few of them are painted is a matter of time: watching/test_saves.py turns a clock for it."""
    game.save("forest", 0)
    with game.watched(Timing()) as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        began = time.monotonic()
        for seed in range(1, saves + 1):
            game.save("forest", seed)
            time.sleep(max(0.0, began + seed * seconds / saves - time.monotonic()))
        until(lambda: view(backend, "forest").state == "up to date" and game.is_painted("forest"))
    assert (png_pixels(game.png("forest").read_bytes()) == picture_of(game.request("forest"))).all()


@pytest.mark.parametrize("maps", [CROWD_SHORT, pytest.param(CROWD_LONG, marks=pytest.mark.long)])
def test_none_of_many_changes_is_lost_without_a_single_event(maps: int, game: Game) -> None:
    names = [f"map{number}" for number in range(maps)]
    for number, name in enumerate(names):
        game.save(name, number)
    game.keep_in_cache(*names)
    with game.watched(replace(QUICK, events=False)) as backend:
        # to look at all pictures takes long with many, and would keep the backend in this process waiting
        until(lambda: {each.state for each in backend.maps()} == {"up to date"}, nap=0.2)
        assert game.is_painted(*names)
        for number, name in enumerate(names):
            game.save(name, number + maps)
        until(lambda: len(game.begun()) == maps, nap=0.2)
        until(lambda: {each.state for each in backend.maps()} == {"up to date"}, nap=0.2)
        assert game.is_painted(*names)
    assert sorted(game.begun()) == list(range(maps, 2 * maps))
