"""TileSets that tilebake writes: the engine opens them, and paints by their terrains without a hole."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.godot.harness.engine import SCRIPTS, Engine, write_project
from tilebake.level.torus.corner_set import arrange
from tilebake.serve.files.png import png_bytes
from tilebake.serve.tilesets.godot import write_tres
from tilebake.serve.tilesets.sheet import sheet_of

TERRAINS: Final = ("grass", "water", 'sand "fine"')
SIDE: Final = 16


@pytest.mark.parametrize("blobs", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_terrains_connect_without_a_hole_by_tiles_that_fit(
    engine: Engine, tmp_path: Path, blobs: int
) -> None:
    project = write_project(tmp_path / "game", {})
    sheet_tiles = {}
    for count in (2, 3):
        width = SIDE * count**2
        arrangement = arrange(count, variants=count - 1)
        sheet = sheet_of(f"coast_{count}", TERRAINS[:count], arrangement, width)
        sheet_tiles[count] = sheet.tiles
        picture = np.full((SIDE * len(arrangement), width, 3), 99, np.uint8)
        (project / f"{sheet.name}.png").write_bytes(png_bytes(picture))
        (project / f"{sheet.name}.tres").write_text(write_tres(sheet), encoding="utf-8")
    imported = engine.import_project(project).check()
    assert "WARNING" not in imported.log
    for count, number in ((2, blobs), (3, blobs // 10)):
        run = engine.script(
            project, SCRIPTS / "game/connect_terrains.gd", f"res://coast_{count}.tres", str(number)
        ).check()
        assert "WARNING" not in run.log
        assert "ERROR" not in run.log
        assert run.lines("TILES ") == [str(len(sheet_tiles[count]))]
        cells, holes, others, misfits = json.loads(run.lines("BLOBS ")[0])
        assert cells == number * 10 * 10
        assert (holes, others, misfits) == (0, 0, 0)
