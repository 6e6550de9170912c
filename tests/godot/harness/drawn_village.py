"""Describe a small game as people make them: ground, houses, trees and a hero, and no name for any tile."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from tests.godot.harness.drawn_scenes import layer, make_drawn_scenes
from tests.godot.harness.engine import SCRIPTS_IN_PROJECT, Engine

SCENE: Final = "res://village.tscn"
SIZE: Final = (960, 672)  # of the game's window: its 20 by 14 tiles, three times as large
_GROUND: Final = [
    "gggaaaaaaaaaaabbaaaa",
    "ggaaaaaaaaaaaabbaaaa",
    "gaaaaaaaaaaaaabbaaaa",
    "aaaaaaaaaaaaaabbaagg",
    "aaaaaaaaaaaaaabbaagg",
    "aaaaabbaaaaaaabbaaaa",
    "bbbbbbbbbbbbbbbbaaaa",
    "bbbbbbbbbbbbbbbbaaaa",
    "aaaaaaafffffaabbaaaa",
    "aaaaafffccccffbbaaaa",
    "agaaffccccccccffaaaa",
    "ggafffcccccccccfffff",
    "gggaffccccccccccffcc",
    "gggaffcccccccccccccc",
]
_HOUSES: Final = [
    "",
    "....aaaa.....",
    "....aaaa........aaaa",
    "....bbbb........aaaa",
    "....bcbb........bbbb",
    "................bcbb",
]
_TREES: Final = [
    "ddd.....d..........d",
    "dd........d......",
    "d...........d",
    "..........d.........",
    "...........d",
    "",
    "",
    "",
    "...d...............d",
    "..................d",
    "dd...............d",
    "ddd",
    "ddd",
    "dd",
]
_HERO: Final = [
    ".....hhhhh......",
    "....hhhhhhh.....",
    "....hssssshh....",
    "....sesssesh....",
    "....sssssss.....",
    ".....sssss......",
    "....rrrrrrr.....",
    "...rrrrrrrrr....",
    "...srrrrrrrs....",
    "...srrrrrrrs....",
    "....bbbbbbb.....",
    "....bbb.bbb.....",
    "....bbb.bbb.....",
    "....kkk.kkk.....",
    "................",
    "................",
]
_COLOURS: Final[Mapping[str, tuple[int, int, int, int]]] = {
    ".": (0, 0, 0, 0),
    "b": (52, 60, 110, 255),
    "e": (30, 30, 40, 255),
    "h": (112, 62, 30, 255),
    "k": (60, 40, 30, 255),
    "r": (206, 52, 60, 255),
    "s": (244, 200, 160, 255),
}
_VILLAGE: Final[dict[str, Any]] = {
    "path": SCENE,
    "layers": [
        layer("Ground", "town16", _GROUND),
        layer("Houses", "town_things", _HOUSES),
        layer("Trees", "town_things", _TREES),
    ],
    "bodies": [{"name": "Player", "picture": "res://art/hero.png", "at": (180, 112)}],
    "cameras": [{"at": (160, 112), "zoom": 3}],
}


def make_village(engine: Engine, project: Path) -> None:
    """Build the game in an imported project."""
    (project / "art").mkdir()
    pixels = np.array([[_COLOURS[letter] for letter in row] for row in _HERO], np.uint8)
    Image.fromarray(pixels).save(project / "art/hero.png")
    make_drawn_scenes(engine, project, [_VILLAGE])
    shutil.rmtree(project / SCRIPTS_IN_PROJECT)
    (project / "drawn.json").unlink()
