"""`tilebake tileset`: a sheet and what belongs beside it, in step with its file, never over a user's work."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.helpers.quick_bake import run_quickly
from tilebake.request import BakeRequest
from tilebake.texture import Texture, pixel_hash

CONTENT: dict[str, Any] = {
    "tilebake": 1,
    "tile_size": 16,
    "corners": ["grass", "water"],
    "terrains": {"grass": "lush grass", "water": "blue water"},
}
BESIDE = ["coast.tres", "coast.tsx", "coast.tileset.json"]


def paint(request: BakeRequest) -> Texture:
    assert request.tilemap.tile_set is not None
    side = 16 * len(request.tilemap.tile_set.terrains) ** 2
    image = np.full((side, side, 3), request.seed % 256, np.uint8)
    return Texture(image, request.digest(), pixel_hash(image))


def run(*arguments: str) -> int:
    return run_quickly(*arguments, make=paint)


def size_of(name: str) -> tuple[int, int]:
    with Image.open(name) as picture:
        return picture.size


@pytest.fixture
def coast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A TileSet's file in a project."""
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "cache"))
    game = tmp_path / "game"
    game.mkdir()
    monkeypatch.chdir(game)
    (game / "tilebake.toml").write_text('maps = ["."]\n', encoding="utf-8")
    return write(game / "coast.json")


def write(file: Path, **changes: Any) -> Path:
    file.write_text(json.dumps({**CONTENT, **changes}), encoding="utf-8")
    return file


def test_a_tileset_is_painted_with_what_belongs_beside_it(
    coast: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("tileset", coast.name) == 0
    shown = capsys.readouterr()
    assert shown.out == "coast.png\n"
    assert "beside coast.png: coast.tres, coast.tsx, coast.tileset.json" in shown.err
    assert size_of("coast.png") == (64, 64)
    described = json.loads(Path("coast.tileset.json").read_text(encoding="utf-8"))
    assert described["terrains"] == ["grass", "water"]
    assert len(described["tiles"]) == 16
    assert {tuple(tile[at] for at in ("x", "y")) for tile in described["tiles"]} == {
        (x, y) for x in range(0, 64, 16) for y in range(0, 64, 16)
    }
    assert run("tileset", "coast.json", "--check") == 0
    assert run("bake", "--check") == 0


def test_a_map_of_tiles_is_no_tileset(coast: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = {"tilebake": 1, "rows": ["g"], "legend": {"g": "grass"}, "terrains": {"grass": "grass"}}
    coast.with_name("level.json").write_text(json.dumps(content), encoding="utf-8")
    assert run("tileset", "level.json") == 1
    assert "level.json: this map is no TileSet" in capsys.readouterr().err


def test_what_is_missing_is_written_again(coast: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tileset", coast.name) == 0
    for name in BESIDE:
        Path(name).unlink()
        assert run("tileset", "coast.json", "--check") == 3
        assert f"{name} is missing" in capsys.readouterr().err
        assert run("bake") == 0
        assert Path(name).is_file()


def test_what_a_user_changed_stays(coast: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tileset", "coast.json") == 0
    mine = Path("coast.tres").read_text(encoding="utf-8") + "; with collision shapes\n"
    Path("coast.tres").write_text(mine, encoding="utf-8")
    write(coast, seed=7)
    for arguments in ((), ("--force",)):
        assert run("tileset", "coast.json", *arguments) == 0
        assert Path("coast.tres").read_text(encoding="utf-8") == mine
        assert "note: coast.tres stays as you changed it" in capsys.readouterr().err
    assert run("tileset", "coast.json", "--check") == 0
    Path("coast.tres").unlink()
    assert run("tileset", "coast.json") == 0
    assert "collision" not in Path("coast.tres").read_text(encoding="utf-8")


def test_what_tilebake_did_not_make_is_not_replaced(coast: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("coast.tres").write_text("mine", encoding="utf-8")
    assert run("tileset", coast.name) == 1
    assert "coast.tres: stands where a file of the TileSet goes" in capsys.readouterr().err
    assert not Path("coast.png").exists()
    assert run("tileset", "coast.json", "--force") == 0
    assert Path("coast.tres").read_text(encoding="utf-8").startswith("[gd_resource")


def test_a_set_of_other_terrains_has_other_files(coast: Path) -> None:
    assert run("tileset", "coast.json") == 0
    before = {name: Path(name).read_bytes() for name in BESIDE}
    terrains = {**CONTENT["terrains"], "sand": "sand"}
    write(coast, corners=["grass", "water", "sand"], terrains=terrains)
    assert run("bake") == 0
    assert size_of("coast.png") == (144, 144)
    assert all(Path(name).read_bytes() != content for name, content in before.items())


def test_clean_removes_what_a_lost_tileset_left(coast: Path) -> None:
    assert run("tileset", "coast.json") == 0
    Path("coast.tsx").write_text("mine", encoding="utf-8")
    coast.unlink()
    assert run("clean") == 0
    assert sorted(path.name for path in coast.parent.iterdir()) == ["coast.tsx", "tilebake.toml"]
