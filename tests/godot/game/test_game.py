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
from tests.godot.harness.flat_demo import FlatDemo
from tests.godot.harness.requirements import fail_or_skip
from tests.godot.harness.screen import DRAWING, screen

PRESET = """[preset.0]

name="Linux"
platform="Linux"
runnable=true
advanced_options=false
dedicated_server=false
custom_features=""
export_filter="all_resources"
include_filter=""
exclude_filter=""
export_path=""
script_export_mode=0

[preset.0.options]

custom_template/debug=""
custom_template/release="{template}"
binary_format/embed_pck=false
texture_format/s3tc_bptc=true
texture_format/etc2_astc=false
binary_format/architecture="x86_64"
"""
# A little brighter than the tiles, so that a frame shows whether it has the painting or the tiles.
PAINTED: Mapping[str, flat_colours.Colour] = {
    name: (min(255, r + 5), min(255, g + 5), min(255, b + 5), a)
    for name, (r, g, b, a) in flat_colours.COLOURS.items()
}


@pytest.fixture(scope="module")
def template(engine: Engine) -> Path:
    """Find the release template beside the engine or on PATH."""
    beside = engine.folder / "usr/bin/godot-template-release" if engine.folder else None
    if beside and beside.is_file():
        return beside
    on_path = shutil.which("godot-template-release")
    if on_path is None:
        fail_or_skip("godot-template-release was not found: run `make engine`")
    return Path(on_path)


@pytest.fixture(scope="module")
def game(
    engine: Engine, template: Path, flat_demo: FlatDemo, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Export a game of the demo with flat tiles and a flat picture of other colours."""
    project = Path(shutil.copytree(flat_demo.project, tmp_path_factory.mktemp("exported") / "game"))
    flat_colours.paint(project, "demo/demo", colours=PAINTED)  # which the export imports
    engine.script(project, SCRIPTS / "game/show_painting.gd", "res://demo/demo.tscn").check()
    shutil.rmtree(project / SCRIPTS_IN_PROJECT)
    (project / "export_presets.cfg").write_text(PRESET.format(template=template), encoding="utf-8")
    target = project.parent / "out/game"
    target.parent.mkdir()
    engine.run(project, "--export-release", "Linux", str(target)).check()
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
    command = [*_command(engine, game), *DRAWING, "--write-movie", str(frame), "--quit-after", "4"]
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


def _command(engine: Engine, game: Path) -> list[str]:
    """Return the command that starts the game.

    An engine with a file system of its own needs its loader. The game then takes the loader's name for its
    own, so a copy of the loader is put beside the game, and the pack is named after it.
    """
    if engine.folder is None:
        return [str(game)]
    loader = game.with_name("loader")
    shutil.copy(min(engine.folder.glob("usr/lib*/ld-linux-*")), loader)
    shutil.copy(game.with_suffix(".pck"), loader.with_suffix(".pck"))
    libraries = min(engine.folder.glob("usr/lib/*-linux-gnu"))
    return [str(loader), "--library-path", f"{libraries}:{libraries / 'pulseaudio'}", str(game)]
