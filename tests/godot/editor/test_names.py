"""Test tiles with poor names or none: gd/editor/use_names.gd presses Bake Scene in a real editor."""

from pathlib import Path
from typing import Any, Final

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import UNNAMED, baked, layer, make_scenes, node, scene, tile
from tests.godot.harness.user_plugin import add_user

GROUND: Final = [tile(x, y, 0, UNNAMED) for x in range(4) for y in range(3)]
NAMED: Final = [tile(x, y, 0) for x in range(4) for y in range(3)]
ROW: Final = [tile(x, 1, 0, UNNAMED) for x in range(4)]


def words(**words_of_tiles: str) -> str:
    """Write tile_terrains as a scene has it."""
    written = ", ".join(f'"{key}": "{word}"' for key, word in words_of_tiles.items())
    return f"Dictionary[String, String]({{{written}}})"


def level(name: str, *children: dict[str, Any], **tile_set: object) -> dict[str, Any]:
    """Describe a scene in a file of its name."""
    return scene(f"res://{name}.tscn", node("Node2D", *children, name="Level"), **tile_set)


SCENES: Final = [
    level(
        "two_tile_sets",
        {**layer("Ground", GROUND), "tile_set": {}},
        {**layer("Path", ROW), "tile_set": {}},
        baked("Painting", tile_terrains=words(**{"0:0,2": "meadow"})),
    ),
    level(
        "named_only",
        layer("Ground", GROUND),
        baked("Painting", tile_terrains=words(**{"0:0,2": "meadow"})),
    ),
    level(
        "default_name",
        layer("Ground", NAMED),
        baked("Painting", tile_terrains=words(**{"0:0,0": "grass"})),
        terrains=["Terrain 0", "Terrain 1", "<any>"],
    ),
    level("file_name", layer("Ground", NAMED), terrains=["FG -tileset_sand.png", "b", "c"]),
    level(
        "overruled",
        layer("Ground", NAMED),
        baked("Painting", tile_terrains=words(**{"0:0,0": "snow"})),
    ),
    level(
        "unnamed",
        layer("Water", GROUND),
        layer("Sand_Level0", ROW),
        layer("Props", [tile(1, 1, 1, UNNAMED)]),
        layer("Collision", ROW),
    ),
]


def test_one_press_paints_scenes_with_poor_names(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"tilebake.toml": 'maps = ["maps"]\noutput = "baked"\n'})
    make_scenes(engine, project, SCENES)
    add_user(project, "editor/use_names.gd")
    assert_checks(engine.run(project, "--editor").check())
