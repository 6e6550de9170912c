"""Describe scenes as games have them: tiles with pictures, and no name anywhere."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.godot.harness.drawn_tiles import SHEETS, draw_sheets
from tests.godot.harness.engine import SCRIPTS, Engine

SQUARE, ISOMETRIC, HEXAGONAL = 0, 1, 3


def layer(
    name: str, sheet: str, rows: Sequence[str], size: tuple[int, int] | None = None, **more: Any
) -> dict[str, Any]:
    """Describe a layer; each letter is a tile of the sheet, "a" the first."""
    region = SHEETS[sheet][:2]
    picture = f"res://art/{sheet}.png"
    return {"name": name, "picture": picture, "size": size or region, "region": region, "rows": rows, **more}


PLATFORMER: Final = [
    "....................",
    "....................",
    "......ddd...........",
    "...............aaa..",
    "..e............bbb..",
    "aaaa......e....bcb..",
    "bbbb...aaaaa...ccc..",
    "bbbbgggbbcbbggggccaa",
    "bccbgggbcccbgggcccbb",
    "cccccccccccccccccccc",
]
TOWN: Final = [
    "aaaaaaaaaaaaaabbaaaa",
    "aaaaaaaaaaaaaabbaaaa",
    "agggaaaaaaaaaabbaaaa",
    "agggaaaaaaaaaabbaaaa",
    "aaaaaaaaaaaaaabbaaaa",
    "bbbbbbbbbbbbbbbbaaaa",
    "bbbbbbbbbbbbbbbbeaaa",
    "aaaaaaaaaaaaaaaaaaaa",
    "aaaffffffaaaaaaaaaaa",
    "aaafccccffaaaaaaaaaa",
    "aaafccccfaaaaaaaaaaa",
    "aaafccccdaaaaaaaaaaa",
    "aaaafffaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaa",
]
HOUSES: Final = ["....", "....aaaa.....aaaa", "....aaaa.....aaaa", "....bbbb.....bbbb", "....bcbb.....bcbb"]
TREES: Final = [
    ".dd",
    "dd..........d",
    *[""] * 6,
    "...............d.d",
    "..............dd",
    "",
    "",
    ".....ee....d",
]
HEXES: Final = [
    "gggggggggggg",
    "gdddddddddgg",
    "gdaabbaaeddg",
    "gdabbccaaedg",
    "gddabccfaeed",
    "gdaaabcfaadg",
    "ggdaaaaaaddg",
    "ggddddddddgg",
]
DUNGEON: Final = ["aaaaaaaa", "aaaaabaa", "aabbbbaa", "aabccbaa", "aabccbaa", "aaaaaaaa"]
DUNGEON_WALLS: Final = ["aaaaaaaa", "a", "a", "a", "a", "a"]
CAVES: Final = [
    "aaaaaaaaaaaaaaaa",
    "acccccccccccccca",
    "accbbccccccbccca",
    "accbbbccccbbbcca",
    "aaaaaaaaaaaaaaaa",
]

SCENES: Final[list[dict[str, Any]]] = [
    {"path": "res://platformer.tscn", "layers": [layer("TileMapLayer", "platformer_sheet", PLATFORMER)]},
    {
        "path": "res://town.tscn",
        "layers": [
            layer("Ground", "town16", TOWN, terrain="Terrain 0"),
            layer("Houses", "town_things", HOUSES),
            layer("Trees", "town_things", TREES, y_sort=True),
        ],
    },
    {"path": "res://island.tscn", "layers": [layer("Map", "hexes", HEXES, shape=HEXAGONAL)]},
    {
        "path": "res://dungeon.tscn",
        "layers": [
            layer("Floor", "iso_floor", DUNGEON, shape=ISOMETRIC, y_sort=True),
            layer("Walls", "iso_walls", DUNGEON_WALLS, (64, 32), shape=ISOMETRIC, y_sort=True),
        ],
    },
    {
        "path": "res://caves.tscn",
        "layers": [layer("TileMapLayer2", "caves24", CAVES), layer("TileMapLayer3", "caves24", ["", ".b"])],
    },
]


def make_drawn_scenes(engine: Engine, project: Path, scenes: Sequence[Mapping[str, object]] = SCENES) -> None:
    """Draw the tiles, have the engine import them, and build the scenes in an imported project."""
    draw_sheets(project / "art")
    engine.import_project(project).check()
    (project / "drawn.json").write_text(json.dumps(scenes), encoding="utf-8")
    engine.script(project, SCRIPTS / "export/make_drawn_scenes.gd", "res://drawn.json").check()
