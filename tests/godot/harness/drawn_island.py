"""Describe a large level of unnamed tiles: an island in the sea, with woods and a road."""

import shutil
from pathlib import Path
from typing import Final

import numpy as np

from tests.godot.harness.drawn_scenes import layer, make_drawn_scenes
from tests.godot.harness.engine import SCRIPTS_IN_PROJECT, Engine

SCENE: Final = "res://island.tscn"
COLUMNS: Final = 60
ROWS: Final = 34


def make_island(engine: Engine, project: Path) -> None:
    """Build the level in an imported project."""
    make_drawn_scenes(engine, project, [{"path": SCENE, "layers": [layer("Ground", "town16", _rows())]}])
    shutil.rmtree(project / SCRIPTS_IN_PROJECT)
    (project / "drawn.json").unlink()


def _rows() -> list[str]:
    """Lay out the ground in the letters of the sheet: water, sand, grass, woods and the road."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    across, down = (x - COLUMNS / 2) / (COLUMNS / 2), (y - ROWS / 2) / (ROWS / 2)
    coast = 0.12 * np.sin(x / 3.1 + y / 5.3) + 0.09 * np.sin(x / 1.9 - y / 2.7)
    height = 0.95 - across**2 - down**2 + coast
    letters = np.full((ROWS, COLUMNS), "c")
    letters[height > 0.05] = "f"
    letters[height > 0.2] = "a"
    letters[(height > 0.3) & (np.sin(x / 4.1 + 1) + np.sin(y / 3.3 + x / 7) > 0.9)] = "g"
    road = np.round(ROWS / 2 + 4 * np.sin(x / 8.0))
    letters[(abs(y - road) < 1) & (height > 0.2)] = "b"
    return ["".join(row) for row in letters]
