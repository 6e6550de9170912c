"""Test the exported game: it shows the paintings, and has only those files of the addon that it runs."""

import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.godot.harness import flat_colours
from tests.godot.harness.engine import PATIENCE, SCRIPTS, SCRIPTS_IN_PROJECT, Engine, Run
from tests.godot.harness.exported_game import command_of, export_game, find_template
from tests.godot.harness.flat_demo import FlatDemo
from tests.godot.harness.screen import DRAWING, screen

# A little brighter than the tiles, so that a frame shows whether it has the painting or the tiles.
PAINTED: Mapping[str, flat_colours.Colour] = {
    name: (min(255, r + 5), min(255, g + 5), min(255, b + 5), a)
    for name, (r, g, b, a) in flat_colours.COLOURS.items()
}


@pytest.fixture(scope="module")
def game(engine: Engine, flat_demo: FlatDemo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export a game of the demo with flat tiles and a flat picture of other colours."""
    template = find_template(engine)
    project = Path(shutil.copytree(flat_demo.project, tmp_path_factory.mktemp("exported") / "game"))
    flat_colours.paint(project, "demo/demo", colours=PAINTED)  # which the export imports
    engine.script(project, SCRIPTS / "game/show_painting.gd", "res://demo/demo.tscn").check()
    shutil.rmtree(project / SCRIPTS_IN_PROJECT)
    target = export_game(engine, project, template)
    engine.run(project, "--export-pack", "Linux", str(target.with_suffix(".zip"))).check()
    return target


def test_the_game_has_no_editor_code_and_no_json(game: Path) -> None:
    with zipfile.ZipFile(game.with_suffix(".zip")) as pack:
        held = pack.namelist()
    ours = {name.removesuffix(".remap") for name in held if name.startswith("addons/")}
    assert {name.split("/")[2].removesuffix(".import") for name in ours} == {"nodes", "icon.svg"}
    assert "addons/tilebake/nodes/baked_tile_map.gd" in ours
    assert [name for name in held if "json" in name or "tilebake.map" in name] == []
    assert any(name.startswith(".godot/imported/demo.png") for name in held)


def test_the_game_shows_the_painting_and_no_tiles(engine: Engine, game: Path) -> None:
    frame = game.parent / "frame.png"
    command = [*command_of(engine, game), *DRAWING, "--write-movie", str(frame), "--quit-after", "4"]
    with screen(engine) as environment:
        done = subprocess.run(
            command,
            cwd=game.parent,
            env=engine.environment(**environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    Run(done.returncode, done.stdout + done.stderr).check()
    shown = flat_colours.read(max(frame.parent.glob("frame0*.png")))
    colours = {tuple(int(v) for v in colour) for colour in np.unique(shown.reshape(-1, 4), axis=0)}
    assert set(PAINTED.values()) <= colours
    assert not set(flat_colours.COLOURS.values()) & colours
