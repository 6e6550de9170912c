"""A watch publishes pictures in pages, and sees to it that they stay whole."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.game import Game, game_in, until, view
from tests.helpers.page_painter import PagingWorker, map_of, paint, with_sand
from tests.helpers.paged_picture import join
from tilebake.serve.backend import Backend
from tilebake.serve.owners.ownership import read_record
from tilebake.serve.pages.manifest import PAGES, pages_folder, read_manifest
from tilebake.serve.project_maps import ProjectMaps

LEVEL = map_of(96, 33)  # six pages


@pytest.fixture
def game(tmp_path: Path) -> Game:
    game = game_in(tmp_path)
    game.save("world", seed=1, **LEVEL)
    return game


@pytest.fixture
def worker(tmp_path: Path) -> PagingWorker:
    return PagingWorker(tmp_path / "painted")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by each look at all files of all maps."""
    looks, outdated = list[int](), ProjectMaps.outdated

    def count(maps: ProjectMaps, most: int) -> tuple[Path, ...]:
        looks.append(most)
        return outdated(maps, most)

    monkeypatch.setattr(ProjectMaps, "outdated", count)
    monkeypatch.setattr("tilebake.serve.backend.UPKEEP", 0.1)
    return looks


@pytest.fixture
def backend(game: Game, worker: PagingWorker) -> Generator[Backend]:
    with Backend(replace(game.setup(), make_painter=worker)) as backend:
        until(lambda: view(backend, "world").state == "up to date")
        yield backend


def test_a_watch_publishes_pages_and_leaves_them_alone(
    game: Game, worker: PagingWorker, looks: list[int], backend: Backend
) -> None:
    np.testing.assert_array_equal(join(game.png("world")), paint(game.request("world")).image)
    assert len(worker.notes()) == 6
    assert view(backend, "world").texture == "levels/world.png"
    before = len(looks)
    until(lambda: len(looks) >= before + 5)
    assert len(worker.notes()) == 6


def test_a_save_paints_pages_that_see_it_and_a_page_that_is_deleted_comes_back(
    game: Game, worker: PagingWorker, backend: Backend
) -> None:
    game.save("world", seed=1, **with_sand(LEVEL, 90, 30))
    until(lambda: game.is_painted("world") and view(backend, "world").state == "up to date")
    assert set(worker.notes()[6:]) <= {"512 0", "512 256"}
    manifest = read_manifest(read_record(game.png("world")), PAGES)
    assert manifest is not None
    page = pages_folder(game.png("world")) / manifest.files[0].file
    page.unlink()
    until(page.exists)
    until(lambda: view(backend, "world").state == "up to date")
    assert len(worker.notes()) <= 8  # that page was in the cache
