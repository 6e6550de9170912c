"""TileSets that tilebake writes: the editor opens them, and paints by their terrains without a hole."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.godot.harness.editor import SESSION
from tests.godot.harness.engine import SCRIPTS, Engine, write_project
from tests.helpers.sheets import make_sheet
from tilebake.serve.files.png import png_bytes
from tilebake.serve.tilesets.godot import write_tres
from tilebake.serve.tilesets.sheet import Sheet

TERRAINS: Final = ("grass", "water", 'sand "fine"')
PLUGIN: Final = "addons/open_tilesets/plugin.cfg"
CFG: Final = '[plugin]\nname="Open"\ndescription=""\nauthor=""\nversion="1"\nscript="open_tilesets.gd"\n'


def write_game(folder: Path, sheets: list[Sheet]) -> Path:
    """Write a project that has nothing but TileSets, and a plugin that opens them in the editor."""
    script = (SCRIPTS / "editor/open_tilesets.gd").read_text(encoding="utf-8")
    project = write_project(
        folder, {PLUGIN: CFG, "addons/open_tilesets/open_tilesets.gd": script}, plugin=False
    )
    settings = project / "project.godot"
    enabled = settings.read_text(encoding="utf-8").replace(
        "enabled=PackedStringArray()", f'enabled=PackedStringArray("res://{PLUGIN}")'
    )
    settings.write_text(enabled, encoding="utf-8")
    for sheet in sheets:
        size = sheet.tile_size * (sheet.tiles[-1].row + 1), sheet.tile_size * sheet.columns
        (project / sheet.image).write_bytes(png_bytes(np.full((*size, 3), 99, np.uint8)))
        (project / f"{sheet.name}.tres").write_text(write_tres(sheet), encoding="utf-8")
    return project


@pytest.mark.parametrize("blobs", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_tilesets_open_and_terrains_connect_without_a_hole_by_tiles_that_fit(
    engine: Engine, tmp_path: Path, blobs: int
) -> None:
    sheets = {
        make_sheet("coast_2", "corners", TERRAINS[:2]): blobs,
        make_sheet("coast_3", "corners", TERRAINS, variants=2): blobs // 10,
        make_sheet("island", "blob", TERRAINS[:2]): blobs,
    }
    project = write_game(tmp_path / "game", [*sheets, make_sheet("dual", "dual_grid", TERRAINS[:2])])
    opened = engine.run(project, "--editor", timeout=SESSION).check()
    names = ("coast_2", "coast_3", "dual", "island")
    assert sorted(opened.lines("OPENED ")) == [f"res://{name}.tres 1" for name in names]
    arguments = [text for sheet, count in sheets.items() for text in (f"res://{sheet.name}.tres", str(count))]
    painted = engine.script(project, SCRIPTS / "game/connect_terrains.gd", *arguments).check()
    for run in (opened, painted):
        assert "WARNING" not in run.log
        assert "ERROR" not in run.log
    assert painted.lines("TILES ") == [str(len(sheet.tiles)) for sheet in sheets]
    for line in painted.lines("BLOBS "):
        cells, holes, others, misfits = json.loads(line)
        assert cells >= blobs // 10 * 100
        assert (holes, others, misfits) == (0, 0, 0), line
