"""Levels of LDtk: each is the map that rows of characters write, at its place in the world."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.ldtk_files import definition, layer, ldtk, level, text
from tests.helpers.tiled_files import PROJECT, own, save
from tilebake.errors import MapError
from tilebake.level.formats.part import file_of, part_of, part_path
from tilebake.level.map.grid import Bounds
from tilebake.level.map_names import map_stem
from tilebake.level.project import find_project, output_path
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, read_map
from tilebake.request import BakeRequest
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner

ROWS = ["ggws", "gwwg", "ssgw"]
WEST, EAST = ["ggggggwwww"] * 10, ["wwwwsssggg"] * 10


@pytest.fixture
def game(tmp_path: Path) -> Path:
    save(tmp_path, "tilebake.toml", PROJECT)
    return tmp_path


def save_world(game: Path, project: Mapping[str, object], name: str = "world.ldtk") -> Path:
    return save(game, name, text(project))


def digest(tilemap: TileMap) -> str:
    return BakeRequest(tilemap, BakeSettings(), "embedded", "0" * 64, tilemap.seed).digest()


def read(path: Path) -> TileMap:
    return read_map(path, find_project(path))


def plan(path: Path) -> PlannedBake:
    return Planner(BakeOptions()).plan(path, Path(path.name))


def test_a_level_is_named_by_its_file_and_its_own_name() -> None:
    path = part_path(Path("maps") / "world.ldtk", "Level_0")
    assert path.name == "world.ldtk#Level_0"
    assert (file_of(path), part_of(path)) == (Path("maps") / "world.ldtk", "Level_0")
    assert map_stem(path) == "world.Level_0"
    for other in (Path("world.ldtk"), Path("a#b.json"), Path("world.ldtk#a b")):
        assert (file_of(other), part_of(other)) == (other, None)


def test_a_map_by_hand_and_from_ldtk_has_one_digest(game: Path) -> None:
    by_hand = digest(read(save(game, "hand.json", own(ROWS))))
    file = save_world(game, ldtk([level("Level_0", ROWS)]))
    assert digest(read(part_path(file, "Level_0"))) == by_hand
    assert digest(read(file)) == by_hand  # the only level
    assert not (game / "ran").exists()


def test_worlds_of_one_file_and_of_levels_in_files_are_alike(game: Path) -> None:
    whole = level("Level_0", ROWS, 64, -16)
    expected = digest(read(part_path(save_world(game, ldtk([whole])), "Level_0")))
    assert expected == digest(read(save(game, "hand.json", own(ROWS, origin=[4, -1]))))
    several = ldtk([], worlds=[{"identifier": "World", "worldLayout": "GridVania", "levels": [whole]}])
    assert digest(read(part_path(save_world(game, several, "several.ldtk"), "Level_0"))) == expected
    (game / "world").mkdir()
    save(game / "world", "Level_0.ldtkl", whole)
    shell = {**whole, "layerInstances": None, "externalRelPath": "world/Level_0.ldtkl"}
    file = save_world(game, ldtk([shell], externalLevels=True), "apart.ldtk")
    assert digest(read(part_path(file, "Level_0"))) == expected
    assert plan(part_path(file, "Level_0")).stamps.keys() >= {file, game / "world" / "Level_0.ldtkl"}


def test_levels_are_parts_of_their_world(game: Path) -> None:
    file = save_world(
        game, ldtk([level("West", WEST), level("East", EAST, 160), level("Cave", EAST, 160, worldDepth=-1)])
    )
    west, east, cave = (plan(part_path(file, name)) for name in ("West", "East", "Cave"))
    assert west.png.name == "world.West.png"
    assert west.request.in_world
    assert east.request.shown == Bounds(160, 0, 160, 160)
    assert not cave.request.in_world  # alone on its depth
    for name, left, rows in (("west", 0, WEST), ("east", 10, EAST)):
        save(game, f"{name}.json", own(rows, origin=[left, 0]))
    save(game, "tilebake.toml", f'{PROJECT}\n[worlds]\nall = ["west.json", "east.json"]\n')
    assert [west.digest, east.digest] == [plan(game / f"{name}.json").digest for name in ("west", "east")]


def test_levels_in_a_line_have_no_place_in_a_world(game: Path) -> None:
    levels = [level("A", ROWS, -1, -1), level("B", ROWS, -1, -1)]
    file = save_world(game, ldtk(levels, worldLayout="LinearHorizontal"))
    planned = plan(part_path(file, "B"))
    assert (planned.request.in_world, planned.request.shown) == (False, Bounds(0, 0, 64, 48))


def test_a_level_beside_the_grid_keeps_its_pixels(game: Path) -> None:
    file = save_world(game, ldtk([level("A", ["g.", ".."], 21, 5)]))
    tilemap = read(part_path(file, "A"))
    assert tilemap.bounds == Bounds(21, 5, 32, 32)
    assert (tilemap.tiles[0].centre_x, tilemap.tiles[0].centre_y) == (29, 13)
    assert len(tilemap.empty) == 3


def test_upper_layers_cover_lower_ones_and_may_be_finer(game: Path) -> None:
    layers = [
        layer([".w", ".."], "Fine", 8, __opacity=0.5),
        layer(["s"], "Hidden", visible=False),
        layer(["g"]),
    ]
    definitions = {"layers": [definition("Fine", 8), definition("Hidden"), definition()]}
    file = save_world(game, ldtk([level("A", ["g"], layerInstances=layers)], defs=definitions))
    tilemap = read(part_path(file, "A"))
    assert tilemap.tile_size == (8, 8)
    found = {(tile.x, tile.y, tile.terrain): tile.weight for tile in tilemap.tiles}
    assert found == {
        (0, 0, "grass"): 1,
        (1, 0, "grass"): 0.5,
        (1, 0, "water"): 0.5,
        (0, 1, "grass"): 1,
        (1, 1, "grass"): 1,
    }


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", "grass"),
        ('1 = "sand"', "sand"),
        ('grass = "sand"', "sand"),
        ('"0-5" = "sand"', "sand"),
        ('"*" = "sand"', "grass"),
        ('1 = "sand"\ngrass = "water"', "sand"),
    ],
)
def test_tilebake_toml_may_say_what_a_value_is(game: Path, table: str, expected: str) -> None:
    save(game, "tilebake.toml", f"{PROJECT}\n[ldtk.terrains.Ground]\n{table}\n")
    file = save_world(game, ldtk([level("A", ["g"])]))
    assert read(part_path(file, "A")).tiles[0].terrain == expected


def broken(change: str, value: object) -> Mapping[str, object]:
    """A project in which something is otherwise."""
    project = ldtk([level("A", ["gg"]), level("B", ["gg"], 64)])
    target: Any = project
    *path, last = change.split(".")
    for part in path:
        target = target[int(part)] if isinstance(target, list) else target[part]
    target[int(last) if isinstance(target, list) else last] = value
    return project


@pytest.mark.parametrize(
    ("change", "value", "what", "json_path"),
    [
        ("levels.0.layerInstances.1.intGridCsv", [1], "it has 1 numbers, and 2 x 1 are due", "intGridCsv"),
        ("levels.0.layerInstances.1.intGridCsv", [1, "x"], "its numbers cannot be read", "intGridCsv"),
        ("levels.0.layerInstances.1.intGridCsv", [1, 9], "which terrain the value 9", "layerInstances[1]"),
        ("levels.0.layerInstances.1.__gridSize", 20, "unlike its definition's", "layerInstances[1]"),
        ("levels.0.externalRelPath", 5, "is not a text", "externalRelPath"),
        ("levels.0.pxWid", 0, "0 is too small", "pxWid"),
        ("levels.1.identifier", "A", 'two levels are called "A"', "levels[1]"),
        ("levels.1.identifier", "../A", "is no name here", "levels[1].identifier"),
        ("defs.layers", [], "has no IntGrid layer", "defs.layers"),
        ("defs.layers", [definition(), definition("b", 12)], "do not fit each other", "defs.layers"),
        ("levels", [], "has no level", "levels"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    game: Path, change: str, value: object, what: str, json_path: str
) -> None:
    file = save_world(game, broken(change, value))
    with pytest.raises(MapError) as caught:
        read(part_path(file, "A"))
    assert what in str(caught.value)
    assert caught.value.where.file == file
    assert caught.value.where.json_path
    assert caught.value.where.json_path.endswith(json_path)


def test_a_level_that_is_not_there_is_told_with_those_that_are(game: Path) -> None:
    file = save_world(game, ldtk([level("A", ["g"]), level("B", ["g"])]))
    with pytest.raises(MapError, match=r'no level "C"; its levels are A, B'):
        read(part_path(file, "C"))
    with pytest.raises(MapError, match=r"2 levels.*name one of them, as in world.ldtk#A"):
        read(file)


def test_a_levels_file_lies_in_the_project(game: Path) -> None:
    shell = {**level("A", ["g"]), "layerInstances": None, "externalRelPath": "../A.ldtkl"}
    file = save_world(game, ldtk([shell]))
    with pytest.raises(MapError, match="leads out of the project"):
        read(part_path(file, "A"))


def test_a_level_goes_into_the_output_folder(game: Path) -> None:
    save(game, "tilebake.toml", f'output = "art"\n{PROJECT}')
    file = save_world(game, ldtk([level("A", ["g"])]))
    assert output_path(find_project(file), part_path(file, "A")) == game / "art" / "world.A.png"
