"""Test the release of a game whose level was painted by CI alone: no editor has shown its picture."""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.godot.game.test_without_editor import TOML, paint_all
from tests.godot.harness.engine import PATIENCE, SCRIPTS, Engine, Run, write_project
from tests.godot.harness.exported_game import command_of, export_game, find_template
from tests.godot.harness.scenes import layer, level, make_scenes, tile

LEVEL: Final = "res://level.tscn"
SCRIPTS_OF_THE_GAME: Final = ("report_place.gd", "painting_place.gd")
SETTINGS: Final = (
    f'\n[application]\n\nrun/main_scene="{LEVEL}"\n\n[autoload]\n\nReport="*res://report_place.gd"\n'
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a game that tells where the painting of its only level lies."""
    files = {name: (SCRIPTS / "game" / name).read_text(encoding="utf-8") for name in SCRIPTS_OF_THE_GAME}
    folder = write_project(tmp_path / "game", {"tilebake.toml": TOML, **files})
    with (folder / "project.godot").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    return folder


def save_level(engine: Engine, project: Path, left: int) -> None:
    """Save the level with its leftmost column there, and without a word of its painting."""
    cells = [tile(x, y, x % 3) for x in range(left, 8) for y in range(3)]
    make_scenes(engine, project, [level(LEVEL, layer("Ground", cells))])


def play(engine: Engine, game: Path) -> Run:
    """Run the game until it ends itself."""
    command = [*command_of(engine, game), "--headless"]
    done = subprocess.run(
        command,
        cwd=game.parent,
        env=engine.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr).check()


def test_the_released_game_shows_what_ci_painted_in_its_place(engine: Engine, project: Path) -> None:
    template = find_template(engine)
    for left in (0, -4):  # the level grows after it was painted first
        save_level(engine, project, left)
        paint_all(engine, project)
    (place,) = play(engine, export_game(engine, project, template)).lines("PLACE level ")
    picture, painting, tiles, hidden = place.split()
    assert (picture, painting, hidden) == ("res://baked/maps/level.png", tiles, "true")
    assert tiles == "-64.00,0.00,192.00,48.00"
