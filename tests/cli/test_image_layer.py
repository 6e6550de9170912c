"""`tilebake bake --image-layer`: a copy of a Tiled map that shows its painting, and never the user's file."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.helpers.quick_bake import run_quickly
from tests.helpers.tiled_files import PROJECT, tmj, tmx, tsx
from tilebake.level.formats.beside import WorldPlace
from tilebake.level.formats.tiled.painted_copy import LayerPicture, add_image_layer
from tilebake.level.map.grid import Bounds
from tilebake.request import BakeRequest
from tilebake.serve.bake.discover import find_maps
from tilebake.texture import Texture, pixel_hash

ROWS = ["ggww", "gsww"]
OBJECTS = '<objectgroup id="9" name="people"/>'


def paint(request: BakeRequest) -> Texture:
    image = np.full((round(request.shown.height), round(request.shown.width), 3), 9, np.uint8)
    return Texture(image, request.digest(), pixel_hash(image))


def run(*arguments: str) -> int:
    return run_quickly(*arguments, make=paint)


@pytest.fixture(autouse=True)
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is the current folder."""
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "game"
    (folder / "maps").mkdir(parents=True)
    monkeypatch.chdir(folder)
    (folder / "tilebake.toml").write_text(f'maps = ["maps"]\noutput = "art"\n{PROJECT}', encoding="utf-8")
    (folder / "maps/ground.tsx").write_text(tsx(), encoding="utf-8")
    return folder


def test_a_copy_shows_the_painting_over_the_tiles_and_below_objects() -> None:
    text = tmx(ROWS).replace("</map>", f"{OBJECTS}</map>")
    Path("maps/island.tmx").write_text(text, encoding="utf-8")
    assert run("bake", "maps/island.tmx", "--image-layer") == 0
    assert Path("maps/island.tmx").read_text(encoding="utf-8") == text
    root = ElementTree.parse("maps/island.painted.tmx").getroot()
    assert [each.tag for each in root] == ["tileset", "layer", "imagelayer", "objectgroup"]
    (image,) = root.iter("image")
    assert image.attrib == {"source": "../art/maps/island.png", "width": "64", "height": "32"}
    copy = Path("maps/island.painted.tmx").read_text(encoding="utf-8")
    assert re.sub(r"\n <imagelayer.*</imagelayer>", "", copy, flags=re.DOTALL) == text
    assert [each.path.name for each in find_maps([Path("maps")])] == ["island.tmx"]
    assert run("bake", "--check") == 0
    assert run("bake", "maps/island.tmx", "--image-layer") == 0


def test_a_copy_of_json_differs_by_its_layer_alone() -> None:
    value = tmj(ROWS)
    Path("maps/island.tmj").write_text(json.dumps(value), encoding="utf-8")
    assert run("bake", "maps", "--image-layer") == 0
    copy = json.loads(Path("maps/island.painted.tmj").read_text(encoding="utf-8"))
    assert [layer["type"] for layer in copy["layers"]] == ["tilelayer", "imagelayer"]
    assert copy["layers"].pop()["image"] == "../art/maps/island.png"
    assert copy == value


def test_a_file_of_that_name_that_is_the_user_s_stays(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("island.tmx", "island.painted.tmx"):
        Path("maps", name).write_text(tmx(ROWS), encoding="utf-8")
    assert run("bake", "maps", "--image-layer") == 1
    assert "island.painted.tmx: is there already, and tilebake did not write it" in capsys.readouterr().err
    assert Path("maps/island.painted.tmx").read_text(encoding="utf-8") == tmx(ROWS)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, ("0", "0")),
        ({"infinite": 1}, ("-32", "16")),
        ({"infinite": 1, "orientation": "isometric", "height": 5}, ("0", "16")),
    ],
)
def test_the_painting_of_an_infinite_map_begins_where_its_tiles_do(
    attributes: dict[str, object], expected: tuple[str, str]
) -> None:
    data = tmx(ROWS, attributes=attributes).encode("utf-8")
    picture = LayerPicture("a.png", 64, 32)
    place = WorldPlace(100, 0)
    made = add_image_layer(data, Path("a.tmx"), picture, Bounds(68, 16, 64, 32), place)
    (layer,) = ElementTree.fromstring(made).iter("imagelayer")
    assert (layer.attrib["offsetx"], layer.attrib["offsety"]) == expected
