"""The inspector and a save, used by gd/use_inspector.gd in a real editor without a backend."""

from pathlib import Path
from typing import Final

from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.scenes import layer, level, make_scenes, tile
from tests.godot.harness.userplugin import add_user

PROMISES: Final = 27
SILENT: Final = 2  # the atlas's row whose tiles name no terrain
SCENE: Final = level(
    "res://level.tscn",
    layer(
        "Ground",
        [*(tile(x, y, 0) for x in range(4) for y in range(2)), tile(0, 2, 1, SILENT), tile(1, 2, 2, SILENT)],
    ),
    layer("Larger", [tile(0, 0, 1)], scale="Vector2(2, 2)"),
)


def make(engine: Engine, folder: Path) -> Path:
    """A game of one level, and a plugin that plays the user."""
    project = write_project(folder, {"tilebake.toml": 'maps = ["maps"]\noutput = "baked"\n'})
    make_scenes(engine, project, [SCENE])
    add_user(project, "use_inspector.gd")
    return project


def test_the_inspector_does_what_it_shows(engine: Engine, tmp_path: Path) -> None:
    project = make(engine, tmp_path / "game")
    run = engine.run(project, "--editor").checked()
    assert run.lines("BAD ") == []
    assert len(run.lines("OK ")) == PROMISES
