"""Worlds of Tiled: each map is a part of the world, where the world has it."""

import json
from pathlib import Path

import pytest

from tests.helpers.tiled_files import PROJECT, own, save, tmj, tmx, tsx
from tilebake.errors import ProjectError, TilebakeError
from tilebake.level.map.grid import Bounds
from tilebake.level.project import find_project, read_project
from tilebake.level.tilemap import read_map
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner

WEST, EAST = ["ggggww"] * 4, ["wwwsss"] * 4


@pytest.fixture
def game(tmp_path: Path) -> Path:
    save(tmp_path, "tilebake.toml", f'{PROJECT}\n[worlds]\ncoast = ["coast.world"]\n')
    save(tmp_path, "ground.tsx", tsx())
    save(tmp_path, "west.tmx", tmx(WEST))
    save(tmp_path, "east.tmj", tmj(EAST))
    save_world(
        tmp_path, {"fileName": "west.tmx", "x": -32, "y": 16}, {"fileName": "east.tmj", "x": 64, "y": 16}
    )
    return tmp_path


def save_world(game: Path, *maps: object, **members: object) -> None:
    content = {"maps": list(maps), "type": "world", "onlyShowAdjacentMaps": False, **members}
    save(game, "coast.world", json.dumps(content))


def plan(path: Path) -> PlannedBake:
    return Planner(BakeOptions()).plan(path, Path(path.name))


def test_maps_of_a_world_are_the_same_as_maps_by_hand_with_origins(game: Path) -> None:
    west, east = plan(game / "west.tmx"), plan(game / "east.tmj")
    assert west.request.in_world
    assert west.request.shown == Bounds(-32, 16, 96, 64)
    assert west.stamps.keys() >= {
        game / name for name in ("coast.world", "ground.tsx", "east.tmj", "west.tmx")
    }
    save(game, "west.json", own(WEST, origin=[-2, 1]))
    save(game, "east.json", own(EAST, origin=[4, 1]))
    save(game, "tilebake.toml", f'{PROJECT}\n[worlds]\ncoast = ["west.json", "east.json"]\n')
    assert [plan(game / "west.json").digest, plan(game / "east.json").digest] == [west.digest, east.digest]


@pytest.mark.parametrize(
    ("maps", "members", "what"),
    [
        ([{"fileName": "../west.tmx"}], {}, "leads out of the project"),
        ([{"fileName": "west.tmx", "x": "far"}], {}, '"far" is not a whole number'),
        (
            [{"fileName": "west.tmx"}, {"fileName": "west.tmx"}],
            {},
            'the map "west.tmx" belongs to a world already',
        ),
        ([], {"patterns": [{"regexp": "(a+)+"}]}, "patterns of names are not read"),
        ([5], {}, "correct it|save the file anew"),
    ],
)
def test_a_mistake_in_a_world_is_one_of_the_project(
    game: Path, maps: list[object], members: dict[str, object], what: str
) -> None:
    save_world(game, *maps, **members)
    with pytest.raises(ProjectError, match=what):
        read_project(game / "tilebake.toml")


def test_a_world_that_is_not_there_or_no_json_is_told(game: Path) -> None:
    (game / "coast.world").write_text("{", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"coast\.world"):
        read_project(game / "tilebake.toml")
    (game / "coast.world").unlink()
    with pytest.raises(ProjectError, match="cannot be read"):
        read_project(game / "tilebake.toml")


def test_a_map_beside_the_worlds_grid_is_refused(game: Path) -> None:
    save_world(game, {"fileName": "west.tmx", "x": 5, "y": 0})
    with pytest.raises(TilebakeError, match="no whole number of tiles"):
        read_map(game / "west.tmx", find_project(game))
    save(game, "west.tmx", tmx(WEST, attributes={"orientation": "isometric"}))
    with pytest.raises(TilebakeError, match="are orthogonal here"):
        read_map(game / "west.tmx", find_project(game))
