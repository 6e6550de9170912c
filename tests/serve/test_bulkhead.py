"""Bulkheads: what nobody foresaw is one map's error, with its traceback in the log, and the rest goes on."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.helpers.game import Game, game_in, until, view
from tilebake.errors import BakeError, MapError, TilebakeError
from tilebake.request import AttentionQuery
from tilebake.serve import backend, preview_runner, project_maps
from tilebake.serve.backend import Backend
from tilebake.serve.bake.plan import Planner
from tilebake.serve.bulkhead import Chores, as_error, bulkhead
from tilebake.serve.pages import make_picture
from tilebake.serve.project_maps import ProjectMaps

OWN = "a mistake of tilebake's own: ZeroDivisionError: unforeseen"


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


@pytest.fixture(autouse=True)
def log_file(tmp_path: Path) -> Iterator[Path]:
    """A log like that of a watch."""
    file = tmp_path / "watch.log"
    handler, logger = logging.FileHandler(file), logging.getLogger("tilebake")
    logger.addHandler(handler)
    yield file
    logger.removeHandler(handler)
    handler.close()


def fail(*_args: Any, **_options: Any) -> NoReturn:
    raise ZeroDivisionError("unforeseen")


def for_one_map(action: Callable[..., Any]) -> Callable[..., Any]:
    """The action, failing where an argument has to do with the map "bad"."""

    def act(*args: Any, **options: Any) -> Any:
        if any("bad" in str(each) for each in args):
            fail()
        return action(*args, **options)

    return act


def test_users_mistake_passes_a_bulkhead_as_it_is() -> None:
    error = MapError("no such terrain")
    with pytest.raises(MapError) as caught, bulkhead(Path("forest.json")):
        raise error
    assert caught.value is error


def test_unforeseen_error_names_the_map_and_the_log_that_has_its_traceback(log_file: Path) -> None:
    with pytest.raises(BakeError) as caught, bulkhead(Path("forest.json")):
        fail()
    assert str(caught.value) == f"forest.json: {OWN}; please report it, with the traceback in {log_file}"
    logged = log_file.read_text(encoding="utf-8")
    assert "Traceback (most recent call last):" in logged
    assert "test_bulkhead.py" in logged


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (PermissionError(13, "Permission denied"), "cannot be examined or written: [Errno 13] Permission"),
        (RuntimeError("Symlink loop from 'a'"), "cannot be examined or written: Symlink loop"),
        (MemoryError(), "there is not enough memory for it"),
        (RuntimeError(), "a mistake of tilebake's own: RuntimeError"),
        (KeyError("a\nb" * 1000), "a mistake of tilebake's own: KeyError: 'a"),
    ],
)
def test_what_the_system_refuses_is_told_from_a_mistake(error: Exception, what: str) -> None:
    found = as_error(error)
    assert found.what.startswith(what)
    assert "\n" not in str(found)
    assert len(str(found)) < 500


def test_failing_task_is_repeated_with_pauses_and_told_once_for_each_mistake() -> None:
    stop, told, pauses = threading.Event(), list[str](), list[float]()

    class Clock(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0.0)
            if len(pauses) == 9:
                stop.set()
                self.set()
            return self.is_set()

    def task() -> None:
        raise ValueError("later" if len(pauses) > 6 else "sooner")

    Chores(told.append).repeat(task, Clock())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert ["sooner" in told[0], "later" in told[1], len(told)] == [True, True, 2]


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (Planner, "plan"),
        (project_maps, "is_map"),
        (make_picture, "publish"),
    ],
    ids=["planning", "looking for maps", "publishing"],
)
def test_mistake_with_one_map_is_that_maps_error(
    where: Any, name: str, game: Game, monkeypatch: pytest.MonkeyPatch, log_file: Path
) -> None:
    monkeypatch.setattr(where, name, for_one_map(getattr(where, name)))
    game.save("bad", 1)
    with game.watched() as running:
        until(lambda: view(running, "bad").state == "failed")
        game.save("good", 2)
        until(lambda: view(running, "good").state == "up to date")
        diagnostic = view(running, "bad").diagnostic
        assert diagnostic is not None
        assert diagnostic.what == OWN
        assert str(diagnostic.where) == str(game.path("bad"))
    assert "ZeroDivisionError: unforeseen" in log_file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (ProjectMaps, "is_outdated"),
        (ProjectMaps, "outdated"),
        (backend, "sweep"),
        (project_maps, "read_project"),
    ],
)
def test_mistake_with_what_maps_share_ends_nothing(
    where: Any, name: str, game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "UPKEEP", 0.05)
    with game.watched() as running:
        monkeypatch.setattr(where, name, fail)
        for seed in (1, 2):
            game.save("forest", seed)
            until(lambda: game.is_painted("forest") and view(running, "forest").state == "up to date")
        assert sum(OWN in each.notice for each in running.events(0, 0)) <= 1


def test_watch_that_began_anew_forgets_what_went_in_the_meantime(
    game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tilebake.serve.bulkhead.FIRST_PAUSE", 0.2)
    game.save("gone", 1)
    game.save("stays", 2)
    with game.watched() as running:
        until(lambda: game.is_painted("gone", "stays"))
        with monkeypatch.context() as broken:
            broken.setattr("tilebake.serve.watching.watch.snapshot", fail)
            until(lambda: any(OWN in each.notice for each in running.events(0, 0)))
            game.path("gone").unlink()
            game.save("stays", 3)
        until(lambda: view(running, "gone").state == "gone")
        until(lambda: game.is_painted("stays"))
    assert game.begun() == [1, 2, 3]


def test_mistake_with_a_preview_is_the_previews_error(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    game.save("forest", 1)
    with game.watched() as running:
        monkeypatch.setattr(preview_runner.PreviewRunner, "_paint", fail)
        asked = running.submit_preview("levels/forest.json", AttentionQuery(("grass",)))
        until(lambda: running.preview(asked.id).state == "failed")
        diagnostic = running.preview(asked.id).diagnostic
        assert diagnostic is not None
        assert diagnostic.what == OWN
        until(lambda: view(running, "forest").state == "up to date")


def test_mistake_between_two_jobs_costs_a_pause(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    bake_next, failed = Backend._bake_next, list[int]()  # pyright: ignore[reportPrivateUsage]

    def fail_once(running: Backend) -> None:
        if not failed:
            failed.append(1)
            fail()
        bake_next(running)

    monkeypatch.setattr("tilebake.serve.bulkhead.FIRST_PAUSE", 0.05)
    monkeypatch.setattr(Backend, "_bake_next", fail_once)
    game.save("forest", 1)
    with game.watched():
        until(lambda: game.is_painted("forest"))
    assert failed


def test_a_bulkhead_raises_nothing_but_errors_for_users() -> None:
    for error in (ValueError(), OSError(), RecursionError(), OverflowError(), MemoryError()):
        assert isinstance(as_error(error), TilebakeError)


def test_backend_without_a_journal_paints_on(
    game: Game, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    game.save("forest", 1)
    setup = replace(game.setup(), journal=Path(os.devnull) / "jobs.sqlite")
    with Backend(setup) as running:
        until(lambda: game.is_painted("forest"))
        assert any("the journal of jobs cannot be kept" in each.notice for each in running.events(0, 0))
    assert list(here.iterdir()) == []
