"""Test that the addon finds pictures where the backend puts them, wherever tilebake.toml lies."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, write_project
from tilebake.level.project import find_project, output_path

MAPS: Final = (
    "maps/a.tilebake.json",
    "maps/deep/er/b.tilebake.json",
    "dlc/maps/c.tilebake.json",
    "d.tilebake.json",
)
TOML: Final = '''
base_prompt = """
output = "no"
"""
output = 'pictures/all'  # not "this"
maps = [
    "levels",
    "dlc",
]

[terrains]
grass = "green"
"old stone" = { negative_prompt = "moss", prompt = 'grey "flat" slabs', weight = 2 }

[terrains.water]
prompt = "blue"

[terrains.mud]
prompt = """
output = 'nor this'
"""
'''
# The files that a game, and the folder around it, have; the game is in "game".
PLACES: Final[Mapping[str, Mapping[str, str]]] = {
    "nowhere": {},
    "in the game": {"game/tilebake.toml": TOML},
    "beside its map": {"game/tilebake.toml": 'style = "x"\n'},
    "twice": {"game/tilebake.toml": TOML, "game/dlc/tilebake.toml": 'output = "out"'},
    "above the game": {"tilebake.toml": 'output = "game/baked"\nmaps = ["game/levels"]'},
    "outside of the game": {"tilebake.toml": 'output= "baked"'},
}
FOLDERS: Final = {"in the game": "res://levels", "twice": "res://levels", "above the game": "res://levels"}
PROMPTS: Final = {
    "grass": "green",
    "old stone": 'grey "flat" slabs',
    "water": "blue",
    "mud": "output = 'nor this'",
}
TERRAINS: Final[Mapping[str, Mapping[str, str]]] = {"in the game": PROMPTS, "twice": PROMPTS}


@pytest.fixture(scope="module")
def game(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an imported game without a tilebake.toml, in a folder of its own."""
    folder = write_project(tmp_path_factory.mktemp("paths") / "game", {}, plugin=False)
    for name in MAPS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}", encoding="utf-8")
    adopt_imports(engine, folder)
    return folder


@pytest.mark.parametrize("place", PLACES)
def test_the_addon_finds_pictures_where_the_backend_puts_them(engine: Engine, game: Path, place: str) -> None:
    for left in game.parent.rglob("tilebake.toml"):
        left.unlink()
    for name, text in PLACES[place].items():
        (game.parent / name).write_text(text, encoding="utf-8")
    output = engine.script(
        game, SCRIPTS / "export/print_paths.gd", *(f"res://{name}" for name in MAPS)
    ).check()
    pictures = {path[6:]: picture for path, picture in map(json.loads, output.lines("PICTURE "))}
    assert pictures == {name: picture_of(game, name) for name in MAPS}
    assert output.lines("FOLDER ") == [FOLDERS.get(place, "res://maps")]
    assert json.loads(output.lines("TERRAINS ")[0]) == TERRAINS.get(place, {})


def picture_of(game: Path, name: str) -> str:
    """Return the res:// path where the backend puts a map's picture; empty if outside of the game."""
    path = output_path(find_project(game / name), game / name)
    return f"res://{path.relative_to(game).as_posix()}" if path.is_relative_to(game) else ""
