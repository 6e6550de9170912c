"""Test scenes as awkward as real ones: pressed once in the real editor, painted flat, and looked at.

What is checked, by pixels, in the editor and in the game: the painting is seen where the painted tiles were,
and characters, backdrops and tiles that are not painted are seen as they were before.
"""

import shutil
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pytest

from tests.godot.harness import flat_colours
from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import SCRIPTS, SCRIPTS_IN_PROJECT, Engine, Run, write_project
from tests.godot.harness.flat_colours import Colour, Picture
from tests.godot.harness.screen import DRAWING, draw, screen
from tests.godot.harness.user_plugin import add_user, remove_user

TOML: Final = 'maps = ["maps"]\noutput = "baked"\n'
SCENES: Final = (
    "dual_grid",
    "heroes_below_layers",
    "instanced",
    "isometric",
    "layer_as_root",
    "many_tile_sets",
    "plain_nodes",
    "scaled",
    "sky",
    "tile_map",
    "two_maps",
    "y_sorted",
    "z_indices",
)
COVERED: Final = "backdrop_inside"  # no place in its tree is right: the node says so
TILES: Final = {"grass": (60, 200, 60, 255), "water": (40, 80, 240, 255), "sand": (250, 220, 120, 255)}
"""The colours of the tiles, as gd/game/make_awkward_scenes.gd draws them."""
PAINTED: Final[dict[str, Colour]] = {
    "grass": (10, 120, 90, 255),
    "water": (0, 160, 160, 255),
    "sand": (160, 120, 10, 255),
}
KEPT: Final = {"heroes": (255, 0, 0, 255), "backdrops": (200, 0, 255, 255), "tiles": (90, 90, 90, 255)}
PATIENCE: Final = 900.0  # seconds for an editor that draws a dozen scenes without a graphics card
EDGE: Final = 0.02  # of the pixels: along edges, a pixel may belong to a neighbour


class Shown(NamedTuple):
    """Hold the project with its painted scenes, what the editor printed, and the frames of the game."""

    project: Path
    frames: Path
    pressed: Run

    def frame(self, scene: str, folder: str) -> Picture:
        """Return a frame of the game: from `before` anything was painted, or of `scenes`."""
        return flat_colours.read(self.frames / f"{scene}.{folder}.png")


@pytest.fixture(scope="module")
def shown(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Press Bake Scene once in each scene, save, paint flat pictures without the editor, and look."""
    folder = tmp_path_factory.mktemp("awkward")
    project = write_project(folder / "game", {"tilebake.toml": TOML})
    adopt_imports(engine, project)
    engine.script(project, SCRIPTS / "game/make_awkward_scenes.gd").check()
    add_user(project, "editor/press_bake.gd")
    pressed = engine.run(project, "--editor").check()
    remove_user(project)
    for map_file in sorted((project / "maps").rglob("*.tilebake.json")):
        name = map_file.relative_to(project / "maps").as_posix().removesuffix(".tilebake.json")
        flat_colours.paint(project, name, colours=PAINTED)
    engine.import_project(project).check()
    frames = folder / "frames"
    frames.mkdir()
    draw(engine, project, SCRIPTS / "game/draw_scenes.gd", str(frames)).check()
    return Shown(project, frames, pressed)


@pytest.fixture(scope="module")
def photos(engine: Engine, shown: Shown) -> Path:
    """Open each scene in the editor and save photos of its 2D view."""
    folder = shown.frames.with_name("photos")
    folder.mkdir()
    shutil.rmtree(shown.project / SCRIPTS_IN_PROJECT)
    shutil.rmtree(shown.project / ".godot/editor")
    add_user(shown.project, "editor/photograph_scenes.gd")
    with screen(engine) as environment:
        environment = {**environment, "PHOTOS": str(folder)}
        run = engine.run(
            shown.project, "--editor", *DRAWING, headless=False, environment=environment, timeout=PATIENCE
        )
    assert_checks(run.check())
    return folder


def test_one_press_in_each_scene_exports_its_maps(shown: Shown) -> None:
    assert_checks(shown.pressed)
    assert {line.split()[0] for line in shown.pressed.lines("MAP ")} == {*SCENES, COVERED}


def test_no_scene_has_a_warning_but_the_one_whose_backdrop_covers_its_painting(shown: Shown) -> None:
    warnings = shown.pressed.lines("WARNING ")
    assert [line.split()[0] for line in warnings] == [COVERED]
    assert "1 node covers the painting, and not the tiles: Polygon2D" in warnings[0]


@pytest.mark.parametrize("scene", SCENES)
def test_the_game_shows_the_painting_where_painted_tiles_were(shown: Shown, scene: str) -> None:
    before, after = shown.frame(scene, "before"), shown.frame(scene, "scenes")
    for terrain, colour in TILES.items():
        tiles = _is(before, colour)
        assert not _is(after, colour).any(), f"tiles of {terrain} are seen in the game"
        assert _share(after, tiles, PAINTED[terrain]) > 1 - EDGE, terrain


@pytest.mark.parametrize("scene", SCENES)
def test_the_game_hides_no_character_no_backdrop_and_no_tile_that_is_not_painted(
    shown: Shown, scene: str
) -> None:
    before, after = shown.frame(scene, "before"), shown.frame(scene, "scenes")
    assert _is(before, KEPT["heroes"]).any()
    for what, colour in KEPT.items():
        assert _share(after, _is(before, colour), colour) > 1 - EDGE, what


@pytest.mark.parametrize("scene", SCENES)
def test_the_editor_shows_what_the_game_shows(shown: Shown, photos: Path, scene: str) -> None:
    photo = flat_colours.read(photos / f"{scene}.png")
    after = shown.frame(scene, "scenes")
    for terrain, colour in PAINTED.items():
        assert _is(photo, colour).any() == _is(after, colour).any(), terrain
        assert _is(photo, TILES[terrain]).sum() < EDGE * _is(photo, colour).sum() + 1, terrain
    for what, colour in KEPT.items():
        assert _is(photo, colour).any() == _is(after, colour).any(), what


@pytest.mark.parametrize("scene", [name for name in SCENES if name not in ("instanced", "layer_as_root")])
def test_the_editor_shows_the_tiles_while_a_layer_is_selected(photos: Path, scene: str) -> None:
    photo = flat_colours.read(photos / f"{scene}.layer.png")
    assert any(_is(photo, colour).any() for colour in TILES.values())


def _is(picture: Picture, colour: Colour) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return (picture == np.array(colour, np.uint8)).all(-1)


def _share(picture: Picture, where: np.ndarray[tuple[int, int], np.dtype[np.bool_]], colour: Colour) -> float:
    """Return the share of some pixels that have a colour; 1 where there are none."""
    return float(_is(picture, colour)[where].mean()) if where.any() else 1.0
