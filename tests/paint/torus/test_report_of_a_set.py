"""The report of a TileSet judges and shows its corners where they are painted, not where the sheet begins."""

import json

import numpy as np
import pytest

from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import parse_map
from tilebake.level.torus.blob_set import arrange_blob
from tilebake.level.torus.corner_set import arrange
from tilebake.level.torus.set_form import SetForm, TileSetForm
from tilebake.level.torus.tile_layout import lay_out
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.placement_report import bake_with_report
from tilebake.paint.torus.finish import cut_tiles, join_tiles
from tilebake.request import BakeRequest

CONTENT = {
    "tilebake": 1,
    "terrains": {"g": "grass", "w": "water"},
    "corners": ["g", "w"],
    "tile_size": 32,
    "settings": {"pixels_per_tile": 16, "steps": 2, "scheduler": "euler"},
}


def test_a_set_is_reported_on(tiny_components: Components) -> None:
    tilemap = parse_map(json.dumps(CONTENT))
    decided = decide(tilemap, apply(BakeSettings(), tilemap.settings))
    request = BakeRequest(decided.tilemap, decided.settings, "tiny", "0" * 64, 0)
    pipeline = Pipeline(tiny_components)
    texture = bake_with_report(pipeline, request, lambda _: None)
    assert texture.report is not None
    assert [each.terrain for each in texture.report.terrains] == ["g", "w"]
    assert (texture.image == pipeline.bake(request, lambda _: None).image).all()


@pytest.mark.parametrize("form", ["corners", "dual_grid", "blob"])
def test_a_sheet_is_joined_to_the_torus_that_it_was_cut_out_of(form: SetForm) -> None:
    cells = arrange_blob() if form == "blob" else arrange(2)
    layout = lay_out(TileSetForm(form, ("g", "w")), cells)
    side = 8 // (2 if form == "blob" else 1)  # of a cell
    torus = np.kron(np.array(cells), np.ones((side, side), int))[..., None].astype(np.uint8) * 255
    sheet = cut_tiles(layout, torus)
    assert sheet.shape[:2] == (8 * len(layout.sheet), 8 * len(layout.sheet[0]))
    assert (join_tiles(layout, sheet) == torus).all()
