"""The report of a bake: shares by hand, and that looking on changes no pixel."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tilebake.level.edits import Edit, Rewrite
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.paint.heatmap import NOBODY
from tilebake.paint.models import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.placement import bake_reported, placements
from tilebake.request import BakeRequest, Step

OWNERS = np.array([[0, 0, 1, NOBODY]])


def ask() -> BakeRequest:
    wire = {
        "tilebake": 1,
        "base_prompt": "a map",
        "terrains": {"grass": "lush green grass", "water": "deep blue water"},
        "legend": {"g": "grass", "w": "water"},
        "rows": ["ggg.", "gwww"],
    }
    settings = BakeSettings(pixels_per_tile=32, steps=2)
    return BakeRequest(parse_map(json.dumps(wire)), settings, model="tiny", model_digest="0" * 64, seed=5)


def unobserved(_step: Step) -> None:
    """Lets it go on."""


def test_shares_are_those_of_the_tiles_that_heat_lies_in() -> None:
    heat = np.array([[[6, 2, 1, 1]], [[0, 1, 1, 2]]], np.float32)
    masks = np.array([[[1, 1, 0, 0]], [[0, 0, 1, 1]]], np.float32)
    grass, water = placements(["grass", "water"], heat, masks, OWNERS)
    assert (grass.terrain, water.terrain) == ("grass", "water")
    assert (grass.kept, grass.by_mask) == pytest.approx((0.8, 1.0))
    assert grass.bled == {"": 0.1, "water": 0.1}
    assert (water.kept, water.by_mask) == pytest.approx((0.25, 0.5))
    assert list(water.bled.items()) == [("", 0.5), ("grass", 0.25)]


def test_a_terrain_without_heat_kept_nothing() -> None:
    nothing = np.zeros((1, 1, 4), np.float32)
    assert placements(["grass"], nothing, nothing, OWNERS)[0].kept == 0
    assert placements(["grass"], nothing, nothing, OWNERS)[0].bled == {}


def test_looking_on_changes_no_pixel(components: Components) -> None:
    pipeline, request = Pipeline(components), ask()
    baked, reported = pipeline.bake(request, unobserved), bake_reported(pipeline, request, unobserved)
    assert reported.pixel_hash == baked.pixel_hash
    assert (reported.digest, reported.environment) == (baked.digest, baked.environment)
    assert reported.report is not None
    assert [each.terrain for each in reported.report.terrains] == ["grass", "water"]
    for each in reported.report.terrains:
        assert 0.3 < each.kept < 1
        assert each.kept + sum(each.bled.values()) == pytest.approx(1, abs=0.01)


def test_a_map_with_an_edit_is_painted_under_it(tiny_components: Components) -> None:
    pipeline, request = Pipeline(tiny_components), ask()
    edit = Edit({"grass": Rewrite("dry yellow grass")})
    request = replace(request, tilemap=replace(request.tilemap, edit=edit))
    reported = bake_reported(pipeline, request, unobserved)
    assert reported.pixel_hash == pipeline.bake(request, unobserved).pixel_hash
    assert reported.report is not None
