"""The report of a TileSet judges and shows its corners where they are painted, not where the sheet begins."""

import json

import numpy as np

from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import parse_map
from tilebake.level.torus.corner_set import arrange
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


def test_a_sheet_is_joined_to_the_torus_that_it_was_cut_out_of() -> None:
    torus = np.zeros((32, 32, 3), np.uint8)
    torus[8:16, 16:24] = 255
    sheet = cut_tiles(arrange(2), torus)
    assert sheet[4:12, 12:20].mean() > sheet.mean()
    shared = join_tiles(sheet, 4)
    assert (np.roll(shared, (-4, -4), axis=(0, 1)) == sheet).all()
