"""Pictures that maps name: read by the one rule of containment, compared with the map, part of its digest."""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.tiled_files import PROJECT, save, tmx, tsx
from tilebake.errors import MapError
from tilebake.level.formats.tiled.tmx import read_tiled_xml
from tilebake.level.project import find_project
from tilebake.level.tilemap import TileMap, parse_map, read_map
from tilebake.request import BakeRequest
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["gg"],
    "settings": {"init_strength": 0.6},
}
GREY = np.full((8, 16, 4), 99, np.uint8)


def save_map(folder: Path, **changes: object) -> Path:
    path = folder / "map.json"
    path.write_text(json.dumps({**MAP, **changes}), encoding="utf-8")
    return path


def plan(path: Path) -> PlannedBake:
    return Planner(BakeOptions()).plan(path, Path(path.name))


def request(path: Path) -> BakeRequest:
    return plan(path).request


def draw(path: Path, pixels: np.ndarray = GREY, level: int = 6) -> None:
    Image.fromarray(pixels).save(path, compress_level=level)


def png_of_size(width: int, height: int) -> bytes:
    """The beginning of a PNG that says how large it is."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rest = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return (
        b"\x89PNG\r\n\x1a\n" + rest + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )


@pytest.mark.parametrize("key", ["art", "keep", "structure"])
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("missing.png", "there is no file"),
        ("../secret.png", "leads out of the project"),
        ("link.png", "leads out of the project"),
        ("broken.png", "is no picture that can be read"),
        ("bomb.png", "60000 x 60000 pixels are more than a picture may have"),
        ("map.json", "is no picture that can be read"),
    ],
)
def test_a_picture_that_is_not_a_sound_one_of_the_project_is_refused(
    tmp_path: Path, key: str, name: str, what: str
) -> None:
    game = tmp_path / "game"
    game.mkdir()
    draw(tmp_path / "secret.png")
    (game / "broken.png").write_bytes((tmp_path / "secret.png").read_bytes()[:-30])
    (game / "bomb.png").write_bytes(png_of_size(60_000, 60_000))
    if name == "link.png":
        try:
            (game / name).symlink_to(tmp_path / "secret.png")
        except OSError:
            pytest.skip("no links here")
    with pytest.raises(MapError, match=what):
        read_map(save_map(game, **{key: name}))


def test_a_map_that_stands_in_no_file_names_no_picture() -> None:
    with pytest.raises(MapError, match="stands in no file"):
        parse_map(json.dumps({**MAP, "art": "tiles.png"}))


@pytest.mark.parametrize("key", ["art", "keep"])
def test_pixels_count_in_the_digest_and_how_they_are_packed_does_not(tmp_path: Path, key: str) -> None:
    path = save_map(tmp_path, **{key: "own.png"})
    draw(tmp_path / "own.png", level=1)
    before = request(path).digest()
    draw(tmp_path / "own.png", level=9)
    assert request(path).digest() == before
    other = GREY.copy()
    other[0, 0, 0] = 0
    draw(tmp_path / "own.png", other)
    assert request(path).digest() != before


def test_a_map_without_pictures_that_count_has_the_digest_that_it_had(tmp_path: Path) -> None:
    draw(tmp_path / "own.png")
    plain = request(save_map(tmp_path, settings={})).digest()
    idle = request(save_map(tmp_path, settings={}, art="own.png"))
    lonely = request(save_map(tmp_path))
    assert {idle.digest(), lonely.digest()} == {plain}
    assert [note.what for note in idle.tilemap.notes] == [
        '"art" changes nothing: the map is painted from noise alone'
    ]
    assert "names no picture to begin from" in lonely.tilemap.notes[-1].what


def test_a_plan_is_over_when_its_picture_changes(tmp_path: Path) -> None:
    path = save_map(tmp_path, art="own.png")
    draw(tmp_path / "own.png")
    planned = plan(path)
    assert planned.is_current()
    draw(tmp_path / "own.png", GREY // 2)
    assert not planned.is_current()


@pytest.mark.parametrize(
    ("changes", "size", "what"),
    [
        ({"art": "own.png"}, (16, 16), "the picture has 16 by 16 pixels, and the map's has 16 by 8"),
        ({"keep": "own.png"}, (24, 12), "the picture has 24 by 12 pixels"),
        ({"keep": "own.png", "settings": {"keep_resolution": True}}, (48, 24), "the map's has 64 by 32"),
    ],
)
def test_a_picture_that_does_not_fit_the_map_is_refused(
    tmp_path: Path, changes: dict[str, object], size: tuple[int, int], what: str
) -> None:
    draw(tmp_path / "own.png", np.full((size[1], size[0], 4), 9, np.uint8))
    with pytest.raises(MapError, match=what):
        plan(save_map(tmp_path, **changes))


@pytest.mark.parametrize("key", ["art", "keep"])
def test_a_map_of_a_world_takes_no_picture(tmp_path: Path, key: str) -> None:
    draw(tmp_path / "own.png")
    path = save_map(tmp_path, **{key: "own.png"})
    (tmp_path / "east.json").write_text(json.dumps({**MAP, "origin": [4, 0]}), encoding="utf-8")
    (tmp_path / "tilebake.toml").write_text(
        f'maps = ["."]\n\n[worlds]\nland = ["{path.name}", "east.json"]\n', encoding="utf-8"
    )
    with pytest.raises(MapError, match="shares a world with others"):
        plan(path)


@pytest.mark.parametrize("size", [(16, 8), (2, 1), (64, 32)])
def test_art_may_have_any_scale(tmp_path: Path, size: tuple[int, int]) -> None:
    draw(tmp_path / "own.png", np.zeros((size[1], size[0], 4), np.uint8) + 9)
    assert request(save_map(tmp_path, art="own.png")).tilemap.art is not None


def test_art_that_shows_nothing_is_refused(tmp_path: Path) -> None:
    draw(tmp_path / "own.png", np.zeros((8, 16, 4), np.uint8))
    with pytest.raises(MapError, match="transparent all over"):
        plan(save_map(tmp_path, art="own.png"))


def test_a_tileset_takes_no_picture(tmp_path: Path) -> None:
    draw(tmp_path / "own.png")
    body = {
        **{key: value for key, value in MAP.items() if key not in ("rows", "legend")},
        "corners": ["grass", "sea"],
        "terrains": {"grass": "grass", "sea": "sea"},
        "keep": "own.png",
    }
    path = tmp_path / "set.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(MapError, match="a TileSet is painted from noise"):
        plan(path)


def test_a_map_from_tiled_names_its_pictures_by_properties(tmp_path: Path) -> None:
    def read(**properties: str) -> TileMap:
        entries = "".join(f'<property name="{name}" value="{each}"/>' for name, each in properties.items())
        text = tmx(["gg", "gw"]).replace("<tileset", f"<properties>{entries}</properties><tileset", 1)
        return read_map(save(tmp_path, "lake.tmx", text), find_project(tmp_path))

    save(tmp_path, "tilebake.toml", PROJECT)
    save(tmp_path, "ground.tsx", tsx())
    draw(tmp_path / "own.png")
    found = read(art="own.png", keep="own.png")
    assert found.art is not None
    assert (found.art.width, found.art.height) == (16, 8)
    assert found.keep == found.art
    assert read(art="").art is None
    with pytest.raises(MapError, match="there is no file"):
        read(art="other.png")


LAYERS = """<group offsetx="{x}" name="all"><imagelayer name="drawn" visible="0" opacity="0.5">
 <image source="{file}" width="16" height="8"/></imagelayer></group>"""


@pytest.mark.parametrize("suffix", ["tmx", "tmj"])
def test_a_map_from_tiled_may_name_an_image_layer(tmp_path: Path, suffix: str) -> None:
    def read(name: str, x: int = 0, file: str = "pictures/own.png", **attributes: int) -> TileMap:
        properties = f'<properties><property name="art" value="{name}"/></properties>'
        layers = LAYERS.format(x=x, file=file)
        text = tmx(["gg", "gw"], more=layers, attributes=attributes).replace(
            "<tileset", f"{properties}<tileset", 1
        )
        if suffix == "tmj":
            text = json.dumps(read_tiled_xml(text, None).value)
        return read_map(save(tmp_path, f"lake.{suffix}", text), find_project(tmp_path))

    save(tmp_path, "tilebake.toml", PROJECT)
    save(tmp_path, "ground.tsx", tsx())
    (tmp_path / "pictures").mkdir()
    draw(tmp_path / "pictures" / "own.png")
    art = read("drawn").art
    assert art is not None
    assert (art.width, art.height) == (16, 8)
    assert read("").art is None
    for found, what in (
        (lambda: read("other"), "there is no file 'other'"),
        (lambda: read("drawn", file="../own.png"), "leads out of the project"),
        (lambda: read("drawn", infinite=1), "is of an infinite map"),
        (lambda: read("drawn", file=""), 'the image layer "drawn" has no picture'),
        (lambda: read("drawn", x=16), 'the image layer "drawn" begins at 16, 0, and not in the corner'),
    ):
        with pytest.raises(MapError, match=what):
            found()
