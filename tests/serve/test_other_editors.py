"""Maps of Tiled and LDtk in folders and under a watch: found, painted, and painted again as they change."""

from pathlib import Path

import pytest

from tests.helpers.game import Game, game_in, until
from tests.helpers.ldtk_files import ldtk, level, text
from tests.helpers.tiled_files import PROJECT, save, tmx, tsx
from tilebake.errors import MapError, TilebakeError
from tilebake.level.project import find_project
from tilebake.level.settings import SettingsOverride
from tilebake.serve.backend import Backend
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import BakeOptions, Planner
from tilebake.serve.bake.save_choice import check_choice, save_choice
from tilebake.serve.bake.save_edit import forget_edit
from tilebake.serve.maps_of_files import MapsOfFiles
from tilebake.serve.owners.orphans import find_orphans

SMALL = PROJECT + "[settings]\npixels_per_tile = 16\nsteps = 2\n"


@pytest.fixture
def game(tmp_path: Path) -> Game:
    game = game_in(tmp_path)
    save(game.root, "tilebake.toml", f'maps = ["levels"]\n{SMALL}')
    save(game.root / "levels", "ground.tsx", tsx())
    save(game.root / "levels", "lake.tmx", tmx(["gg", "gw"]))
    return game


def save_world(game: Game, *names: str) -> Path:
    levels = [level(name, ["gg", "ww"], index * 32) for index, name in enumerate(names)]
    return save(game.root / "levels", "world.ldtk", text(ldtk(levels)))


def states(backend: Backend) -> dict[str, str]:
    return {each.id.removeprefix("levels/"): each.state for each in backend.maps()}


def test_a_folder_holds_maps_of_every_editor_each_level_for_itself(game: Game) -> None:
    world = save_world(game, "B", "A")
    folder = game.root / "levels"
    save(folder, "settings.ldtk", "{}")
    assert [each.relative.name for each in find_maps([folder])] == [
        "lake.tmx",
        "world.ldtk#B",
        "world.ldtk#A",
    ]
    assert [each.path.name for each in find_maps([world])] == ["world.ldtk#B", "world.ldtk#A"]
    one = world.with_name("world.ldtk#A")
    assert [each.path for each in find_maps([one])] == [one]
    world.write_text('{"jsonVersion": 5, "levels"', encoding="utf-8")
    assert [each.path for each in find_maps([world])] == [world]
    with pytest.raises(MapError, match="the file ends before"):
        Planner(BakeOptions()).plan(world, Path(world.name))


def test_a_watch_follows_tilesets_and_levels_that_come_and_go(game: Game) -> None:
    save_world(game, "A", "B")
    folder = game.root / "levels"
    all_painted = {"lake.tmx": "up to date", "world.ldtk#A": "up to date", "world.ldtk#B": "up to date"}
    with game.watched() as backend:
        until(lambda: states(backend) == all_painted)
        assert {each.name for each in folder.glob("*.png")} == {"lake.png", "world.A.png", "world.B.png"}
        before = (folder / "lake.bake.json").read_bytes()
        save(folder, "ground.tsx", tsx({0: "sand", 1: "water"}))
        until(lambda: (folder / "lake.bake.json").read_bytes() != before)
        save(folder, "world.ldtk", "{")
        until(lambda: states(backend)["world.ldtk#A"] == states(backend)["world.ldtk#B"] == "failed")
        save_world(game, "B", "C")
        until(
            lambda: (
                states(backend)
                == {"lake.tmx": "up to date", "world.ldtk#B": "up to date", "world.ldtk#C": "up to date"}
            )
        )
        (folder / "world.ldtk").unlink()
        until(lambda: states(backend) == {"lake.tmx": "up to date"})
    assert (folder / "world.A.png").exists()


def test_what_a_level_left_is_found_once_it_is_gone(game: Game) -> None:
    world = save_world(game, "A", "B")
    with game.watched():
        until(lambda: all((game.root / "levels" / f"world.{name}.bake.json").exists() for name in "AB"))

    def orphans() -> list[str]:
        told: list[TilebakeError] = []
        found = [each.png.name for each in find_orphans(find_project(game.root), told.append)]
        assert told == []
        return found

    assert orphans() == []
    save_world(game, "B")
    assert orphans() == ["world.A.png"]
    world.write_text(world.read_text(encoding="utf-8")[:-9], encoding="utf-8")  # it may still hold them
    assert orphans() == []
    world.unlink()
    assert orphans() == ["world.A.png", "world.B.png"]


def test_a_file_that_held_no_map_and_holds_some_now(game: Game) -> None:
    files, world = MapsOfFiles(), game.root / "levels" / "world.ldtk"
    world.write_text('{"jsonVersion"', encoding="utf-8")
    assert files.expand([world]) == ([world], [])
    save_world(game, "A")
    first = world.with_name("world.ldtk#A")
    assert files.expand([world]) == ([first], [world])
    assert files.expand([first]) == ([first], [])
    assert files.forget([world, game.path("a")]) == [first, game.path("a")]


def test_files_of_other_editors_are_never_written(game: Game) -> None:
    choice = BakeOptions(seed=5, settings=SettingsOverride(steps=3))
    level_of_world = save_world(game, "A").with_name("world.ldtk#A")
    for path in (game.root / "levels" / "lake.tmx", level_of_world):
        for write in (lambda path=path: save_choice(path, choice), lambda path=path: forget_edit(path)):
            with pytest.raises(MapError, match="which tilebake only reads"):
                write()
        with pytest.raises(MapError, match="which tilebake only reads"):
            check_choice(path, choice)
