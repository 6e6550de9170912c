"""Test that a painting lies exactly over layers that are scaled and turned themselves."""

import json
import re
import shutil
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.godot.harness import flat_colours
from tests.godot.harness.engine import SCRIPTS, Engine
from tests.godot.harness.flat_demo import FlatDemo
from tests.godot.harness.scenes import content_of
from tests.godot.harness.screen import draw

LAYER: Final = re.compile(r'(?m)^(\[node name="\w+" type="TileMapLayer".*\])$')
# The transform of every layer of a scene.
SCENES: Final = {
    "demo-scaled": "scale = Vector2(1.5, 1.5)\nposition = Vector2(40, -90)",
    "demo-turned": "rotation = 0.35\nposition = Vector2(13, 7)",
    "hex-both": "rotation = -1.2\nscale = Vector2(1.6, 1.3)\nskew = 0.2",
    "isometric-mirrored": "scale = Vector2(-2, 2)",
}
# Degrees, scale, x and y of the scene's root.
ROOT: Final = {"hex-both": "20,1.2,40,-90"}
REACH: Final = {"demo-scaled": 1, "demo-turned": 1}  # a map pixel of the others is up to two of the frame


class Drawn(NamedTuple):
    """Hold frames of a scene's tiles and of its painting, and where the map lies in them."""

    maps: Path
    painted: flat_colours.Painted
    tiles: flat_colours.Picture
    painting: flat_colours.Picture
    place: tuple[float, ...]


@pytest.fixture(scope="module")
def drawn(engine: Engine, flat_demo: FlatDemo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Drawn]:
    """Draw scenes of the demo whose layers are transformed, exported and painted in flat colours."""
    project = Path(shutil.copytree(flat_demo.project, tmp_path_factory.mktemp("scaled") / "game"))
    for name, lies in SCENES.items():
        scene = (project / f"demo/{name.split('-')[0]}.tscn").read_text(encoding="utf-8")
        lying = LAYER.sub(lambda found, lies=lies: f"{found[1]}\n{lies}", scene)
        (project / f"{name}.tscn").write_text(
            re.sub(r' (unique_id|uid)="?[\w:/]+"?', "", lying), encoding="utf-8"
        )
    scenes = [f"res://{name}.tscn" for name in SCENES]
    engine.run(project, "-s", "res://addons/tilebake/cli/export_maps.gd", "--", *scenes).check()
    painted = {name: flat_colours.paint(project, name) for name in SCENES}
    engine.import_project(project).check()
    jobs = [f"{name}=res://{name}.tscn={ROOT.get(name, '')}" for name in SCENES]
    frames = project.parent
    run = draw(engine, project, SCRIPTS / "game/draw_bakes.gd", str(frames), *jobs).check()
    places = dict(line.split(" ", 1) for line in run.lines("PLACE "))
    return {
        name: Drawn(
            project / "maps",
            painted[name],
            flat_colours.read(frames / f"{name}.tiles.png"),
            flat_colours.read(frames / f"{name}.painting.png"),
            tuple(json.loads(places[name])),
        )
        for name in SCENES
    }


@pytest.mark.parametrize("name", SCENES)
def test_transformed_layers_give_the_map_of_straight_ones(drawn: dict[str, Drawn], name: str) -> None:
    straight = drawn[name].maps / f"demo/{name.split('-')[0]}.tilebake.json"
    assert content_of(drawn[name].maps / f"{name}.tilebake.json") == content_of(straight)


@pytest.mark.parametrize("name", SCENES)
def test_each_tiles_centre_on_transformed_layers_has_its_terrains_colour(
    drawn: dict[str, Drawn], name: str
) -> None:
    a, b, c, d, e, f = drawn[name].place
    for tile in drawn[name].painted.tilemap.tiles:
        x = int(a * tile.centre_x + c * tile.centre_y + e)
        y = int(b * tile.centre_x + d * tile.centre_y + f)
        assert tuple(drawn[name].tiles[y, x]) == flat_colours.COLOURS[tile.terrain], (x, y)
        assert tuple(drawn[name].painting[y, x]) == flat_colours.COLOURS[tile.terrain], (x, y)


@pytest.mark.parametrize("name", SCENES)
def test_edges_on_transformed_layers_agree_within_a_pixel_of_the_map(
    drawn: dict[str, Drawn], name: str
) -> None:
    assert flat_colours.count_misplaced(drawn[name].painting, drawn[name].tiles, REACH.get(name, 2)) == 0
