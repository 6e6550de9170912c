"""The painting lies exactly over its tiles: frames of both, drawn by the real engine, compared."""

import json
from pathlib import Path

import flat
import numpy as np
import pytest
from engine import SCRIPTS, Engine, copy_project
from screen import draw

pytestmark = pytest.mark.long  # editors, watches and whole games: minutes, and too much beside other work

SCENES = ("demo", "isometric", "half_offset", "hex")
# Degrees, scale and place of the scene's root.
MOVED = {"still": "", "moved": "0,1,13.25,-7.5", "turned": "20,1.3,40,-90"}


@pytest.fixture(scope="module")
def drawn(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> "Drawn":
    """The demo's four scenes with flat tiles, exported, painted flat at the bounds of tilebake, and drawn."""
    project = copy_project(tmp_path_factory.mktemp("drawn") / "game")
    flat.flatten_tiles(project / "demo/tiles")
    engine.import_project(project).checked()
    engine.run(project, "-s", "res://addons/tilebake/cli/export_maps.gd", "--", "--all").checked()
    painted = {name: flat.paint(project, f"demo/{name}") for name in SCENES}
    engine.import_project(project).checked()
    frames = project.parent / "frames"
    frames.mkdir()
    jobs = [f"{name}-{how}=res://demo/{name}.tscn={place}" for name in SCENES for how, place in MOVED.items()]
    run = draw(engine, project, SCRIPTS / "draw_bakes.gd", str(frames), *jobs).checked()
    places = {name: json.loads(place) for name, place in (line.split(" ", 1) for line in run.lines("PLACE "))}
    return Drawn(painted, frames, places)


class Drawn:
    """What was drawn, and from what."""

    def __init__(self, painted: dict[str, flat.Painted], frames: Path, places: dict[str, list[float]]):
        self.painted = painted
        self._frames = frames
        self._places = places

    def frame(self, name: str, what: str) -> flat.Picture:
        return flat.read(self._frames / f"{name}.{what}.png")

    def centres(self, name: str, how: str) -> list[tuple[int, int, str]]:
        """Where each tile's centre is drawn, and its terrain."""
        a, b, c, d, e, f = self._places[f"{name}-{how}"]
        return [
            (int(a * t.centre_x + c * t.centre_y + e), int(b * t.centre_x + d * t.centre_y + f), t.terrain)
            for t in self.painted[name].tilemap.tiles
        ]


@pytest.mark.parametrize("how", MOVED)
@pytest.mark.parametrize("name", SCENES)
def test_under_each_centre_is_the_terrains_colour(drawn: Drawn, name: str, how: str) -> None:
    tiles, painting = (drawn.frame(f"{name}-{how}", what) for what in ("tiles", "painting"))
    for x, y, terrain in drawn.centres(name, how):
        assert tuple(tiles[y, x]) == flat.COLOURS[terrain], (x, y)
        assert tuple(painting[y, x]) == flat.COLOURS[terrain], (x, y)


@pytest.mark.parametrize("how", MOVED)
@pytest.mark.parametrize("name", SCENES)
def test_edges_agree_within_a_pixel(drawn: Drawn, name: str, how: str) -> None:
    tiles, painting = (drawn.frame(f"{name}-{how}", what) for what in ("tiles", "painting"))
    reach = 2 if how == "turned" else 1  # there a map pixel is 1.3 pixels large
    assert flat.misplaced(painting, tiles, reach) == 0
    if (
        how != "turned"
    ):  # turned tiles show a stray pixel of their neighbour in the atlas, as Godot draws them
        assert flat.misplaced(tiles, painting, reach) == 0


def test_two_pixels_beside_would_be_seen(drawn: Drawn) -> None:
    """The measure itself: it is blind to one pixel, and sees two."""
    tiles = drawn.frame("demo-still", "tiles")
    assert flat.misplaced(np.roll(tiles, 1, axis=1), tiles) == 0
    assert flat.misplaced(np.roll(tiles, 2, axis=1), tiles) > 100
