"""Sketches in a running backend: for whoever edits a map, and for nobody else."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.game import Game, game_in, until, view
from tilebake.serve.backend import Backend
from tilebake.serve.jobs.status import JobView
from tilebake.serve.setup import Setup
from tilebake.serve.speeds import Speed, Speeds

LARGE = {"rows": ["g" * 30] * 20, "settings": {"pixels_per_tile": 64}}


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


def setup_of(game: Game, speed: Speed | None = None, *, warms_up: bool = False) -> Setup:
    speeds = Speeds(game.root.parent / "state")
    if speed is not None:
        speeds.learn(speed)
    return replace(game.setup(), speeds=speeds, warms_up=warms_up)


def jobs_told(backend: Backend) -> list[JobView]:
    return [event.job for event in backend.events(0, 0) if event.job]


def paint_edited(game: Game, setup: Setup) -> None:
    """Save a map twice under a watch: what is stale at the start, and what is edited then."""
    game.save("forest", 1, **LARGE)
    with Backend(setup) as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        game.save("forest", 2, **LARGE)
        until(lambda: game.is_painted("forest"))


def test_a_map_that_is_edited_is_sketched_first_and_one_of_many_is_not(game: Game) -> None:
    paint_edited(game, setup_of(game))
    assert game.begun() == [1, 2, 2]


def test_a_machine_that_is_fast_enough_paints_no_sketch(game: Game) -> None:
    game.save("forest", 1, **LARGE)
    fast = Speed(game.request("forest").model_digest[:16], "cpu", 22, 0.01, 0.01)
    paint_edited(game, setup_of(game, fast))
    assert game.begun() == [1, 2]


def test_new_tiles_in_a_large_map_need_no_sketch(game: Game) -> None:
    """For most of its windows are there."""
    game.save("forest", 1, **LARGE)
    with Backend(setup_of(game)) as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        game.save("forest", 1, **{**LARGE, "rows": ["g" * 29 + "."] + ["g" * 30] * 19})
        until(lambda: game.is_painted("forest"))
    assert game.begun() == [1, 1]


def test_the_image_of_a_job_is_its_sketch(game: Game) -> None:
    game.save("forest", 1)
    with Backend(setup_of(game)) as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        game.save("forest", 2, **LARGE)
        until(lambda: [each.state for each in jobs_told(backend)].count("done") == 2)
        shown = [each.shows_sketch for each in jobs_told(backend)]
    assert True in shown
    assert not shown[-1]


def test_a_small_model_is_loaded_before_there_is_a_map(game: Game) -> None:
    with Backend(setup_of(game, warms_up=True)):
        until(lambda: game.baker.notes() == ["load embedded 0"])
        game.save("forest", 1)
        until(lambda: game.path("forest").with_suffix(".png").exists())
    assert [note for note in game.baker.notes() if note.startswith("load")] == ["load embedded 0"]
