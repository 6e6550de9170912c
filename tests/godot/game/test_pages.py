"""Test the pages of large paintings without the editor: gd/game/check_pages.gd follows a view over them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.checks import assert_checks
from tests.godot.harness.engine import SCRIPTS, Engine, write_project
from tests.godot.harness.paged_picture import cut

SIDE = 64
RED, BLUE = (255, 0, 0), (0, 0, 255)


def test_pages_follow_the_view_and_are_of_one_bake(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {"baked/red.json": "", "baked/blue.json": ""})
    adopt_imports(engine, project)
    _bake(project / "baked", "red", RED)
    _bake(project / "baked", "blue", BLUE)
    _break(project / "baked")
    assert_checks(engine.script(project, SCRIPTS / "game/check_pages.gd").check())


def _bake(folder: Path, name: str, colour: tuple[int, int, int]) -> None:
    """Put the pages of one bake into the folder, and its record under a name of its own."""
    pixels = np.full((200, 1000, 3), colour, np.uint8)
    pixels[:SIDE, :SIDE] = RED
    marks = pixels[1::SIDE, 1::SIDE, 1]
    marks[:] = np.arange(marks.size).reshape(marks.shape)  # no two pages are alike
    picture, record = folder / "map.png", folder / "map.bake.json"
    Image.fromarray(pixels).save(picture)
    bounds = {"x": -10, "y": 0, "width": 500, "height": 100}
    record.write_text(json.dumps({"bounds": bounds}), encoding="utf-8")
    cut(picture, SIDE)
    record.rename(folder / f"{name}.json")


def _break(folder: Path) -> None:
    """Make a record of the red bake with one page that is missing, and one outside of its folder."""
    held: dict[str, Any] = json.loads((folder / "red.json").read_text(encoding="utf-8"))
    pages = held["pages"]["files"]
    pages[5]["file"] = "missing.png"
    pages[9]["file"] = "../red.json"
    (folder / "broken.json").write_text(json.dumps(held), encoding="utf-8")
