"""Test Bake Scene in scenes reported as faults: gd/editor/use_bake_scene.gd presses it in a real editor."""

from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import Engine, Run, write_project
from tests.godot.harness.scenes import UNNAMED, baked, layer, make_scenes, node, scene, tile
from tests.godot.harness.user_plugin import add_user

GRASS: Final = [tile(x, y, 0) for x in range(6) for y in range(4)]
SAND: Final = [tile(x, y, 2) for x in range(6) for y in range(4)]
NOBODY_NAMED: Final = [tile(x, y, 0, UNNAMED) for x in range(6) for y in range(4)]
SCENES: Final = [
    scene(
        "res://unnamed.tscn",
        node(
            "Node2D",
            layer("Water", NOBODY_NAMED),
            layer("Sand", [tile(x, 1, 1, UNNAMED) for x in range(6)]),
            name="Level",
        ),
    ),
    scene(
        "res://town_and_house.tscn",
        node(
            "Node2D",
            node("Node2D", layer("Ground", GRASS), name="Town"),
            node("Node2D", layer("Ground", SAND), name="House", position="Vector2(400, 0)"),
            name="World",
        ),
    ),
    scene(
        "res://two.tscn",
        node(
            "Node2D",
            layer("Ground", GRASS),
            node("Node2D", layer("Floor", SAND), baked("HousePainting"), name="House"),
            baked("Painting"),
            name="Two",
        ),
    ),
]
MOST_ACTIONS: Final = 6  # of the user, from a project with the addon enabled to a saved map with proposals


@pytest.fixture(scope="module")
def used(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the editor in which gd/editor/use_bake_scene.gd plays the user."""
    folder = tmp_path_factory.mktemp("bake_scene") / "game"
    project: Path = write_project(folder, {"tilebake.toml": 'maps = ["maps"]\noutput = "baked"\n'})
    make_scenes(engine, project, SCENES)
    add_user(project, "editor/use_bake_scene.gd")
    return engine.run(project, "--editor").check()


def test_one_press_maps_every_group_of_layers_and_a_copy_leaves_its_originals_maps(used: Run) -> None:
    assert_checks(used)


def test_a_first_map_of_unnamed_tiles_takes_few_actions(used: Run) -> None:
    actions = used.lines("ACTION ")
    assert actions.count("press Bake Scene") == 1
    assert len(actions) <= MOST_ACTIONS, actions
