"""Test a large painting in pages in the editor: gd/editor/use_pages.gd opens its level."""

import json
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from tests.godot.harness.checks import assert_checks
from tests.godot.harness.editor import editing
from tests.godot.harness.engine import Engine, write_project
from tests.godot.harness.paged_picture import cut
from tests.godot.harness.scenes import baked, layer, make_scenes, node, scene, tile
from tests.godot.harness.user_plugin import add_user

TOML: Final = 'maps = ["maps"]\noutput = "baked"\n'
RECORD: Final = json.dumps({"bounds": {"x": 0, "y": 0, "width": 64, "height": 32}})
GROUND: Final = [tile(x, y, int(x > 1)) for x in range(4) for y in range(2)]
SCENE: Final = scene(
    "res://level.tscn",
    node(
        "Node2D",
        layer("Ground", GROUND, position="Vector2(16, 8)", scale="Vector2(2, 2)"),
        baked(),
        name="Level",
    ),
)


def test_the_editor_shows_pages_and_takes_a_newer_bake(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"tilebake.toml": TOML, "baked/maps/level.bake.json": RECORD})
    make_scenes(engine, project, [SCENE])
    record = project / "baked/maps/level.bake.json"
    for shade, name in ((200, "newer.json"), (100, "older.json")):
        record.write_text(RECORD, encoding="utf-8")
        Image.fromarray(_noise(shade)).save(project / "baked/maps/level.png")
        cut(project / "baked/maps/level.png", side=16)
        record.rename(project / name)
    (project / "older.json").rename(record)
    add_user(project, "editor/use_pages.gd")
    with editing(engine, project, TILEBAKE_ALLOW_HEADLESS="") as editor:  # no backend paints it anew
        assert_checks(editor.end())


def _noise(brightest: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, brightest, (32, 64, 3), np.uint8)
