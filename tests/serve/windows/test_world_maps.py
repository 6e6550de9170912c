"""Maps of one world: what a neighbour changes near the border makes a map stale, and nothing else does."""

import json
import time
from pathlib import Path

import pytest

from tests.helpers.game import Game, game_in, until, view
from tilebake.errors import MapError
from tilebake.level.formats.read_once import ReadOnce
from tilebake.level.map.grid import Bounds
from tilebake.level.project import Project, find_project
from tilebake.level.tilemap import TileMap, parse_map, read_map
from tilebake.serve.bake.plan import BakeOptions, Planner
from tilebake.serve.files.file_stamp import FileStamps, stamps_of
from tilebake.serve.pages.page_jobs import has_pages, page_jobs
from tilebake.serve.windows.world_maps import WorldMaps

WIDTH, HEIGHT = 160, 4  # tiles; beyond the first 90 of them no neighbour is seen
SETTINGS = {"pixels_per_tile": 16, "window": 256, "rounds": 1, "mask_sigma": 1.0, "steps": 2}


@pytest.fixture
def game(tmp_path: Path) -> Game:
    game = game_in(tmp_path)
    (game.root / "tilebake.toml").write_text(
        'maps = ["levels"]\n[worlds]\ncoast = ["levels/west.json", "levels/east.json"]\n', encoding="utf-8"
    )
    save(game, "west", 0)
    save(game, "east", WIDTH)
    return game


def save(game: Game, name: str, left: int, *, near: str = "g", far: str = "g", **settings: object) -> None:
    """A map with other tiles in its column next to the border, and in its farthest one."""
    row = near + "g" * (WIDTH - 2) + far
    game.save(
        name,
        1,
        tile_size=16,
        origin=[left, 0],
        terrains={"grass": "grass", "water": "water"},
        legend={"g": "grass", "w": "water"},
        rows=[row if left else row[::-1]] * HEIGHT,
        settings={**SETTINGS, **settings},
    )


def test_a_neighbour_counts_near_the_border_alone(game: Game) -> None:
    before = game.request("west")
    assert before.shown == before.region == (0, 0, WIDTH * 16, HEIGHT * 16)
    assert before.settings.windows == "always"
    save(game, "east", WIDTH, far="w")
    assert game.request("west").digest() == before.digest()
    save(game, "east", WIDTH, near="w")
    assert game.request("west").digest() != before.digest()


def test_a_neighbour_that_is_not_there_is_named(game: Game) -> None:
    game.path("east").unlink()
    with pytest.raises(MapError, match=r"east\.json: a map of a world is not there") as caught:
        game.plan("west")
    assert "[worlds]" in (caught.value.hint or "")


def test_a_map_of_no_world_is_painted_as_ever(game: Game) -> None:
    game.save("alone", 1)
    assert game.request("alone").region is None


def test_each_map_is_read_once_until_it_changes(game: Game) -> None:
    read: list[Path] = []

    def read_and_note(path: Path, project: Project) -> tuple[TileMap, FileStamps]:
        read.append(path)
        return read_map(path, project), stamps_of([path])

    worlds, project = WorldMaps(read_and_note, ReadOnce()), find_project(game.root)
    for _ in range(3):
        assert [each.path for each in worlds.others(game.path("west"), project)] == [game.path("east")]
    assert read == [game.path("east")]
    save(game, "east", WIDTH, near="w")
    worlds.others(game.path("west"), project)
    assert len(read) == 2


def test_a_level_and_its_neighbours_are_read_once_until_their_file_changes(game: Game) -> None:
    file, read = game.path("coast").with_suffix(".ldtk"), list[Path]()
    level = parse_map('{"tilebake": 1, "terrains": {"g": "grass"}, "legend": {"g": "g"}, "rows": ["g"]}')
    levels = {name: file.with_name(f"coast.ldtk#{name}") for name in ("West", "Middle", "East")}

    def read_and_note(path: Path, _: Project) -> tuple[TileMap, FileStamps]:
        read.append(path)
        return level, stamps_of([file])

    file.write_text(json.dumps(ldtk_world([*levels])), encoding="utf-8")
    worlds, project = WorldMaps(read_and_note, ReadOnce()), find_project(game.root)
    for _ in range(2):
        for name, path in levels.items():
            worlds.read(path, project)
            assert len(worlds.others(path, project)) == 2, name
    assert sorted(read) == sorted(levels.values())
    file.write_text(json.dumps(ldtk_world(["West", "East"])), encoding="utf-8")
    assert len(worlds.others(levels["West"], project)) == 1
    worlds.read(levels["West"], project)
    assert len(read) == 5


def ldtk_world(names: list[str]) -> dict[str, object]:
    levels = [
        {"identifier": name, "worldX": 64 * at, "worldY": 0, "pxWid": 64, "pxHei": 64}
        for at, name in enumerate(names)
    ]
    return {"jsonVersion": "1.5.3", "worldLayout": "Free", "defs": {"layers": []}, "levels": levels}


def test_a_watch_paints_a_map_whose_neighbour_changed(game: Game) -> None:
    with game.watched() as backend:
        until(lambda: game.is_painted("west", "east"))
        before = game.png("west").with_suffix(".bake.json").stat().st_mtime_ns
        time.sleep(0.05)
        save(game, "east", WIDTH, near="w")
        until(lambda: game.is_painted("west", "east") and view(backend, "west").state == "up to date")
    assert game.png("west").with_suffix(".bake.json").stat().st_mtime_ns != before


def test_a_map_of_a_world_comes_in_pages_and_a_region_of_it_does_not(game: Game) -> None:
    for name, left in (("west", 0), ("east", WIDTH)):
        save(game, name, left, page_size=512)
    request = game.request("east")
    jobs = page_jobs(request)
    assert [tuple(job.place) for job in jobs] == [(512 * each, 0, 512, HEIGHT * 16) for each in range(5)]
    assert [job.request.shown.x for job in jobs] == [WIDTH * 16 + 512 * each for each in range(5)]
    options = BakeOptions(region=Bounds(WIDTH, 0, WIDTH, HEIGHT), out=game.root / "part.png")
    region = Planner(options).plan(game.path("east"), Path("east.json")).request
    assert region.shown == request.shown
    assert not has_pages(region)
