"""Test that a painting lies exactly over its tiles: compare frames of both, drawn by the real engine."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from tests.godot.harness import flat_colours
from tests.godot.harness.engine import SCRIPTS, Engine
from tests.godot.harness.flat_demo import FlatDemo
from tests.godot.harness.screen import draw

SCENES = ("demo", "isometric")
SCENES_LONG = ("half_offset", "hex")
# Degrees, scale, x and y of the scene's root.
MOVED = {"still": "", "moved": "0,1,13.25,-7.5", "turned": "20,1.3,40,-90"}


class Drawn(NamedTuple):
    """Hold the frames of a scene, and the map and picture that they show."""

    painted: flat_colours.Painted
    frames: Path
    places: dict[str, list[float]]

    def frame(self, how: str, what: str) -> flat_colours.Picture:
        return flat_colours.read(self.frames / f"{how}.{what}.png")

    def centres(self, how: str) -> list[tuple[int, int, str]]:
        """Return where each tile's centre is drawn, and its terrain."""
        a, b, c, d, e, f = self.places[how]
        return [
            (int(a * t.centre_x + c * t.centre_y + e), int(b * t.centre_x + d * t.centre_y + f), t.terrain)
            for t in self.painted.tilemap.tiles
        ]


@pytest.fixture(
    scope="module", params=[*SCENES, *(pytest.param(name, marks=pytest.mark.long) for name in SCENES_LONG)]
)
def drawn(
    request: pytest.FixtureRequest,
    engine: Engine,
    flat_demo: FlatDemo,
    tmp_path_factory: pytest.TempPathFactory,
) -> Drawn:
    """Draw a scene of the demo with its tiles alone and with its painting alone, in every place."""
    name: str = request.param
    folder = tmp_path_factory.mktemp(name)
    project = Path(shutil.copytree(flat_demo.project, folder / "game"))
    jobs = [f"{how}=res://demo/{name}.tscn={place}" for how, place in MOVED.items()]
    run = draw(engine, project, SCRIPTS / "game/draw_bakes.gd", str(folder), *jobs).check()
    places = {how: json.loads(place) for how, place in (line.split(" ", 1) for line in run.lines("PLACE "))}
    return Drawn(flat_demo.painted[name], folder, places)


@pytest.mark.parametrize("how", MOVED)
def test_each_tiles_centre_has_its_terrains_colour(drawn: Drawn, how: str) -> None:
    tiles, painting = (drawn.frame(how, what) for what in ("tiles", "painting"))
    for x, y, terrain in drawn.centres(how):
        assert tuple(tiles[y, x]) == flat_colours.COLOURS[terrain], (x, y)
        assert tuple(painting[y, x]) == flat_colours.COLOURS[terrain], (x, y)


@pytest.mark.parametrize("how", MOVED)
def test_edges_of_tiles_and_painting_agree_within_a_pixel(drawn: Drawn, how: str) -> None:
    tiles, painting = (drawn.frame(how, what) for what in ("tiles", "painting"))
    reach = 2 if how == "turned" else 1  # there a map pixel is 1.3 pixels large
    assert flat_colours.count_misplaced(painting, tiles, reach) == 0
    if how != "turned":  # Godot draws a stray pixel of the atlas neighbour into turned tiles
        assert flat_colours.count_misplaced(tiles, painting, reach) == 0


def test_the_comparison_of_frames_notices_two_pixels(drawn: Drawn) -> None:
    """Check the measure itself: one pixel passes, two are noticed, even along diagonal edges."""
    tiles = drawn.frame("still", "tiles")
    assert flat_colours.count_misplaced(np.roll(tiles, 1, axis=1), tiles) == 0
    down, across = (flat_colours.count_misplaced(np.roll(tiles, 2, axis), tiles) for axis in (0, 1))
    assert min(down, across) > 10
    assert max(down, across) > 100
