"""A painting lies exactly over layers that are scaled and turned themselves: frames of both, compared."""

import json
import re
import shutil
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.godot.harness import flat
from tests.godot.harness.engine import SCRIPTS, Engine
from tests.godot.harness.flat_demo import FlatDemo
from tests.godot.harness.screen import draw

LAYER: Final = re.compile(r'(?m)^(\[node name="\w+" type="TileMapLayer".*\])$')
# How every layer of a scene lies.
SCENES: Final = {
    "demo-scaled": "scale = Vector2(1.5, 1.5)\nposition = Vector2(40, -90)",
    "demo-turned": "rotation = 0.35\nposition = Vector2(13, 7)",
    "hex-both": "rotation = -1.2\nscale = Vector2(1.6, 1.3)\nskew = 0.2",
    "isometric-mirrored": "scale = Vector2(-2, 2)",
}
# Of the scene's root, as gd/draw_bakes.gd has it: degrees, scale, place.
ROOT: Final = {"hex-both": "20,1.2,40,-90"}
REACH: Final = {"demo-scaled": 1, "demo-turned": 1}  # a map pixel of the others is up to two of the frame


class Drawn(NamedTuple):
    """A scene's tiles and its painting as they were drawn, and where the map lies in the frames."""

    maps: Path
    painted: flat.Painted
    tiles: flat.Picture
    painting: flat.Picture
    place: tuple[float, ...]


@pytest.fixture(scope="module")
def drawn(engine: Engine, flat_demo: FlatDemo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Drawn]:
    """Scenes of the demo with flat tiles on layers that lie otherwise, exported, painted flat, and drawn."""
    project = Path(shutil.copytree(flat_demo.project, tmp_path_factory.mktemp("scaled") / "game"))
    for name, lies in SCENES.items():
        scene = (project / f"demo/{name.split('-')[0]}.tscn").read_text(encoding="utf-8")
        lying = LAYER.sub(lambda found, lies=lies: f"{found[1]}\n{lies}", scene)
        (project / f"{name}.tscn").write_text(
            re.sub(r' (unique_id|uid)="?[\w:/]+"?', "", lying), encoding="utf-8"
        )
    scenes = [f"res://{name}.tscn" for name in SCENES]
    engine.run(project, "-s", "res://addons/tilebake/cli/export_maps.gd", "--", *scenes).checked()
    painted = {name: flat.paint(project, name) for name in SCENES}
    engine.import_project(project).checked()
    jobs = [f"{name}=res://{name}.tscn={ROOT.get(name, '')}" for name in SCENES]
    frames = project.parent
    run = draw(engine, project, SCRIPTS / "draw_bakes.gd", str(frames), *jobs).checked()
    places = dict(line.split(" ", 1) for line in run.lines("PLACE "))
    return {
        name: Drawn(
            project / "maps",
            painted[name],
            flat.read(frames / f"{name}.tiles.png"),
            flat.read(frames / f"{name}.painting.png"),
            tuple(json.loads(places[name])),
        )
        for name in SCENES
    }


@pytest.mark.parametrize("name", SCENES)
def test_the_map_is_that_of_layers_that_lie_straight(drawn: dict[str, Drawn], name: str) -> None:
    straight = drawn[name].maps / f"demo/{name.split('-')[0]}.tilebake.json"
    assert (drawn[name].maps / f"{name}.tilebake.json").read_bytes() == straight.read_bytes()


@pytest.mark.parametrize("name", SCENES)
def test_under_each_centre_is_the_terrains_colour(drawn: dict[str, Drawn], name: str) -> None:
    a, b, c, d, e, f = drawn[name].place
    for tile in drawn[name].painted.tilemap.tiles:
        x = int(a * tile.centre_x + c * tile.centre_y + e)
        y = int(b * tile.centre_x + d * tile.centre_y + f)
        assert tuple(drawn[name].tiles[y, x]) == flat.COLOURS[tile.terrain], (x, y)
        assert tuple(drawn[name].painting[y, x]) == flat.COLOURS[tile.terrain], (x, y)


@pytest.mark.parametrize("name", SCENES)
def test_edges_agree_within_a_pixel_of_the_map(drawn: dict[str, Drawn], name: str) -> None:
    assert flat.misplaced(drawn[name].painting, drawn[name].tiles, REACH.get(name, 2)) == 0
