"""`tilebake bake MAP --region X,Y,W,H`: a part of a map, as it is in the whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import tilebake
from tilebake.cli import run_command_line
from tilebake.errors import MapError

WORLD: dict[str, Any] = {
    "tilebake": 1,
    "tile_size": 16,
    "origin": [-3, 10],
    "base_prompt": "a map",
    "terrains": {"grass": "lush grass", "water": "blue water"},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["ggwg.", "gwwgw", "ggwww", "wggww"],
    "settings": {"pixels_per_tile": 16, "steps": 1, "windows": "always", "window": 256, "rounds": 1},
}
REGION = "-2,11,3,2"  # column, row, width and height


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A map file in a current folder of its own."""
    (tmp_path / "world.json").write_text(json.dumps(WORLD), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "world.json"


@pytest.fixture
def tiny(tiny_sdxl_folder: Path) -> list[str]:
    return ["--model", str(tiny_sdxl_folder), "--device", "cpu", "--dtype", "float32"]


def pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize("windows", ["always", "never"])
def test_a_region_has_the_pixels_of_the_whole(world: Path, tiny: list[str], windows: str) -> None:
    tiny = [*tiny, "--windows", windows]
    assert run_command_line(["bake", "world.json", *tiny]) == 0
    whole, painted = world.with_suffix(".png"), world.with_suffix(".png").read_bytes()
    assert run_command_line(["bake", "world.json", "--region", REGION, *tiny]) == 0
    part = world.with_name("world.region.png")
    np.testing.assert_array_equal(pixels(part), pixels(whole)[16:48, 16:64])
    assert whole.read_bytes() == painted
    assert json.loads(world.with_name("world.region.bake.json").read_text())["bounds"] == {
        "x": -32,
        "y": 176,
        "width": 48,
        "height": 32,
    }
    assert run_command_line(["bake", "world.json", "--check", *tiny]) == 0


def test_a_region_that_sticks_out_is_cut_to_the_map(world: Path, tiny: list[str]) -> None:
    assert run_command_line(["bake", str(world), "--region", "0,12,90,90", "--out", "corner.png", *tiny]) == 0
    assert pixels(Path("corner.png")).shape[:2] == (32, 32)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--region", "10,10,2,2"], 1, "shows nothing of the map; the whole map is -3,10,5,4"),
        (["--region", "0,10,2,2", "--out", "world.png"], 1, "take the place of the map's own"),
        (["--region", "0,10,0,2"], 2, "is not X,Y,W,H"),
        (["--region", "0,10,2"], 2, "is not X,Y,W,H"),
        (["--region", REGION, "--check"], 2, "without --check"),
        (["other.json", "--region", REGION], 2, "a region is of one map, and there are 2"),
    ],
)
def test_what_is_no_region_is_told(
    world: Path, arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.with_name("other.json").write_bytes(world.read_bytes())
    assert run_command_line(["bake", "world.json", *arguments]) == code
    assert told in " ".join(capsys.readouterr().err.split())
    assert not [*world.parent.glob("*.png")]


def test_a_region_is_painted_from_python(world: Path, tiny_sdxl_folder: Path) -> None:
    painter = tilebake.load_painter(str(tiny_sdxl_folder), device="cpu")
    whole = painter.bake_map(world).image
    part = painter.bake_map(world, region=(-2, 11, 3, 2)).image
    np.testing.assert_array_equal(part, whole[16:48, 16:64])
    with pytest.raises(MapError, match="holds no tile"):
        painter.bake_map(world, region=(0, 0, 0, 1))
