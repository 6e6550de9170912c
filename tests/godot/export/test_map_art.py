"""Test the picture of a map's tiles that its painting begins from, against what the engine draws."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, write_project
from tests.godot.harness.scenes import Cell, baked, export, layer, make_scenes, map_of, node, scene, tile
from tests.godot.harness.screen import draw
from tilebake.level.tilemap import read_map

SCENES: Final = (
    "turned_tiles",
    "tall_tiles",
    "tints",
    "isometric",
    "sorted",
    "moved_layers",
    "raised_tiles",
)


@pytest.fixture(scope="module")
def drawn(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw every scene by the addon and by the engine."""
    folder = tmp_path_factory.mktemp("art")
    project = write_project(folder / "game", {})
    adopt_imports(engine, project)
    draw(engine, project, SCRIPTS / "export/draw_art.gd", str(folder)).check()
    (folder / "headless").mkdir()
    engine.script(project, SCRIPTS / "export/draw_art.gd", str(folder / "headless")).check()
    return folder


def read(path: Path) -> NDArray[np.int_]:
    """Read a picture, without the colour of what is transparent."""
    pixels = np.asarray(Image.open(path).convert("RGBA")).astype(int)
    return np.where(pixels[..., 3:] > 0, pixels, 0)


@pytest.mark.parametrize("name", SCENES)
def test_art_is_what_the_engine_shows(drawn: Path, name: str) -> None:
    art, seen = read(drawn / f"{name}.art.png"), read(drawn / f"{name}.seen.png")
    assert art.shape == seen.shape
    assert (art[..., 3] > 0).mean() > 0.3
    assert np.abs(art - seen).max() <= (1 if name == "tints" else 0)
    assert (drawn / f"headless/{name}.art.png").read_bytes() == (drawn / f"{name}.art.png").read_bytes()


COLOURS: Final = ["#55aa88", "#3366cc", "#eeddaa"]
GROUND: Final = [[0, 0, 1], [0, 1, 1]]
ART: Final = "maps/lake.tilebake.art.png"


def cells() -> list[Cell]:
    return [tile(x, y, column) for y, row in enumerate(GROUND) for x, column in enumerate(row)]


def level(path: str, painting: dict[str, Any] | None = None, **tile_set: object) -> dict[str, object]:
    painting = painting or baked(start_from_tiles="true", init_strength="0.55")
    return scene(path, node("Node2D", layer("Ground", cells()), painting, name="Level"), **tile_set)


def test_the_exporter_draws_art_beside_the_map_and_only_when_it_changes(
    engine: Engine, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "game", {}, plugin=False)
    lake, bare = level("res://lake.tscn", colours=COLOURS), level("res://bare.tscn")
    hold = baked(hold_to_tiles="true", controlnet_strength="0.4")
    held, blank = level("res://held.tscn", hold, colours=COLOURS), level("res://blank.tscn", hold)
    make_scenes(engine, project, [lake, bare, held, blank])
    assert sorted(export(engine, project, "--all").check(1).lines("error: ")) == [
        "res://bare.tscn: Bake: none of its tiles has a picture to start from. Turn off start_from_tiles.",
        "res://blank.tscn: Bake: none of its tiles has a picture to be held to. Turn off hold_to_tiles.",
    ]
    assert not any((project / f"maps/{name}.tilebake.json").exists() for name in ("bare", "blank"))
    exported = map_of(project, "res://held.tscn")
    assert (exported["structure"], exported["settings"]) == (
        "held.tilebake.art.png",
        {"controlnet_strength": 0.4},
    )
    assert "art" not in exported
    structure = read_map(project / "maps/held.tilebake.json").structure
    assert structure is not None
    assert (structure.width, structure.height) == (48, 32)
    assert (project / "maps/held.tilebake.art.png").read_bytes() == (project / ART).read_bytes()
    exported = map_of(project, "res://lake.tscn")
    assert (exported["art"], exported["settings"]) == ("lake.tilebake.art.png", {"init_strength": 0.55})
    flat = [[[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in COLOURS][c] for c in (0, 1)]
    wanted = np.array(flat)[np.array(GROUND)].repeat(16, axis=0).repeat(16, axis=1)
    assert (read(project / ART)[..., :3] == wanted).all()
    assert 'importer="skip"' in (project / f"{ART}.import").read_text(encoding="utf-8")

    Image.open(project / ART).save(project / ART, compress_level=0)
    before = (project / ART).stat().st_mtime_ns
    (line,) = export(engine, project, "lake.tscn").check().lines("res://lake")
    assert line.endswith("unchanged")
    assert (project / ART).stat().st_mtime_ns == before

    Image.new("RGB", (48, 32)).save(project / ART)
    export(engine, project, "lake.tscn", "--check").check(3)
    export(engine, project, "lake.tscn").check()
    assert (read(project / ART)[..., :3] == wanted).all()
