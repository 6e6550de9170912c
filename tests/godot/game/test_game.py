"""Test the exported game: it shows the paintings, and has only those files of the addon that it runs."""

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.godot.harness import flat_colours
from tests.godot.harness.engine import SCRIPTS, SCRIPTS_IN_PROJECT, Engine
from tests.godot.harness.exported_game import export_game, find_template, frame_of
from tests.godot.harness.flat_demo import FlatDemo
from tests.godot.harness.paged_picture import cut

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
    shown = frame_of(engine, game)
    colours = {tuple(int(v) for v in colour) for colour in np.unique(shown.reshape(-1, 4), axis=0)}
    assert set(PAINTED.values()) <= colours
    assert not set(flat_colours.COLOURS.values()) & colours


def test_a_game_with_a_painting_in_pages_shows_the_same(
    engine: Engine, game: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = Path(shutil.copytree(game.parents[1] / "game", tmp_path_factory.mktemp("paged") / "game"))
    picture = project / "baked/maps/demo/demo.png"
    pages = cut(picture, side=200)
    engine.script(project, SCRIPTS / "game/show_painting.gd", "res://demo/demo.tscn").check()
    shutil.rmtree(project / SCRIPTS_IN_PROJECT)
    assert "TilebakePagedTexture" not in (project / "demo/demo.tscn").read_text(encoding="utf-8")
    target = export_game(engine, project, find_template(engine))
    engine.run(project, "--export-pack", "Linux", str(target.with_suffix(".zip"))).check()
    with zipfile.ZipFile(target.with_suffix(".zip")) as pack:
        held = {name for name in pack.namelist() if "demo.pages" in name or "json" in name}
    assert held == {"baked/maps/demo/demo.bake.json", *(_in(project, page) for page in pages)}
    shutil.rmtree(project / "baked")  # the game has its own
    assert (frame_of(engine, target) == frame_of(engine, game)).all()


def _in(project: Path, file: Path) -> str:
    return file.relative_to(project).as_posix()
