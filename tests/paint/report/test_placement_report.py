"""The report of a bake: shares by hand, and that looking on changes no pixel."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tilebake.errors import ModelError
from tilebake.level.edit.edit import Edit, Rewrite
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.models.reference import EMBEDDED
from tilebake.paint.judge.reading import JUDGE
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report import placement_report
from tilebake.paint.report.contact_sheet import Panel, contact_sheet
from tilebake.paint.report.mask_sheet import NOBODY
from tilebake.paint.report.placement_report import bake_with_report, placements
from tilebake.request import BakeRequest, Step
from tilebake.texture import AttentionShares, JudgedTiles

OWNERS = np.array([[0, 0, 1, NOBODY]])


def ask(name: str = "water", prompt: str = "deep blue water") -> BakeRequest:
    wire = {
        "tilebake": 1,
        "base_prompt": "a map",
        "terrains": {"grass": "lush green grass", name: prompt},
        "legend": {"g": "grass", "w": name},
        "rows": ["ggg.", "gwww"],
    }
    settings = BakeSettings(pixels_per_tile=32, steps=2)
    return BakeRequest(parse_map(json.dumps(wire)), settings, model="tiny", model_digest="0" * 64, seed=5)


def unobserved(_step: Step) -> None:
    """Lets it go on."""


def test_shares_are_those_of_the_tiles_that_heat_lies_in() -> None:
    heat = np.array([[[6, 2, 1, 1]], [[0, 1, 1, 2]]], np.float32)
    masks = np.array([[[1, 1, 0, 0]], [[0, 0, 1, 1]]], np.float32)
    found = placements(["grass", "water"], heat, masks, OWNERS)
    assert [each.terrain for each in found] == ["grass", "water"]
    grass, water = (each.attention for each in found)
    assert grass is not None
    assert water is not None
    assert (grass.kept, grass.by_mask) == pytest.approx((0.8, 1.0))
    assert grass.bled == {"": 0.1, "water": 0.1}
    assert (water.kept, water.by_mask) == pytest.approx((0.25, 0.5))
    assert list(water.bled.items()) == [("", 0.5), ("grass", 0.25)]


def test_a_terrain_without_heat_kept_nothing() -> None:
    nothing = np.zeros((1, 1, 4), np.float32)
    attention = placements(["grass"], nothing, nothing, OWNERS)[0].attention
    assert attention == AttentionShares(kept=0, by_mask=0, bled={})


def test_looking_on_changes_no_pixel(components: Components) -> None:
    pipeline, request = Pipeline(components), ask()
    baked, reported = pipeline.bake(request, unobserved), bake_with_report(pipeline, request, unobserved)
    assert reported.pixel_hash == baked.pixel_hash
    assert (reported.digest, reported.environment) == (baked.digest, baked.environment)
    assert reported.report is not None
    assert [each.terrain for each in reported.report.terrains] == ["grass", "water"]
    for each in reported.report.terrains:
        assert each.attention is not None
        assert 0.3 < each.attention.kept < 1
        assert each.attention.kept + sum(each.attention.bled.values()) == pytest.approx(1, abs=0.01)


def test_a_map_with_an_edit_is_painted_under_it(tiny_components: Components) -> None:
    pipeline, request = Pipeline(tiny_components), ask()
    edit = Edit({"grass": Rewrite("dry yellow grass")})
    request = replace(request, tilemap=replace(request.tilemap, edit=edit))
    reported = bake_with_report(pipeline, request, unobserved)
    assert reported.pixel_hash == pipeline.bake(request, unobserved).pixel_hash
    assert reported.report is not None
    unedited = bake_with_report(pipeline, ask(), unobserved)
    assert unedited.report is not None
    assert reported.report.terrains == unedited.report.terrains


@pytest.fixture
def judged(tiny_components: Components) -> Pipeline:
    """The tiny model, with the embedded one's judge."""
    return Pipeline(replace(tiny_components, judge=EMBEDDED / JUDGE))


@pytest.fixture
def captions(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The lines under each panel of the sheets that are drawn, by the first word of its title."""
    lines: dict[str, list[str]] = {}

    def drawn(panels: Sequence[Panel], **how: Any) -> Any:
        lines.update({panel.title.split(":")[0]: panel.caption.splitlines() for panel in panels})
        return contact_sheet(panels, **how)

    monkeypatch.setattr(placement_report, "contact_sheet", drawn)
    return lines


def test_a_model_without_a_judge_has_no_tiles_judged(
    tiny_components: Components, captions: dict[str, list[str]]
) -> None:
    report = bake_with_report(Pipeline(tiny_components), ask(), unobserved).report
    assert report is not None
    assert [each.judged for each in report.terrains] == [None, None]
    assert report.judged_right() is None
    assert len(captions["grass"]) == 1


def test_a_models_judge_counts_every_tile_of_a_terrain_it_knows(
    judged: Pipeline, captions: dict[str, list[str]]
) -> None:
    report = bake_with_report(judged, ask(), unobserved).report
    assert report is not None
    tiles: list[int] = []
    for each in report.terrains:
        assert each.judged is not None
        assert each.judged.right + sum(each.judged.taken_for.values()) == each.judged.tiles
        tiles.append(each.judged.tiles)
        right = f"{each.judged.right} of {each.judged.tiles} tiles judged right (at 32 px)"
        assert captions[each.terrain][1] == right
    assert tiles == [4, 3]
    assert report.judged_right() is not None


def test_a_terrain_that_the_judge_does_not_know_is_not_judged(
    judged: Pipeline, captions: dict[str, list[str]]
) -> None:
    report = bake_with_report(judged, ask("keep", "a castle"), unobserved).report
    assert report is not None
    assert [each.judged is None for each in report.terrains] == [False, True]
    assert len(captions["keep"]) == 1


def test_what_tiles_are_taken_for_stands_under_them(
    judged: Pipeline, captions: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {
        "grass": JudgedTiles(4, 1, {"deep_water": 2, "sand": 1}),
        "water": JudgedTiles(0, 0, {}),
    }

    def judged_so(*_: object) -> dict[str, JudgedTiles]:
        return found

    monkeypatch.setattr(placement_report, "count_judged", judged_so)
    report = bake_with_report(judged, ask(), unobserved).report
    assert report is not None
    assert report.judged_right() == 0.25
    assert captions["grass"][1:] == ["1 of 4 tiles judged right (at 32 px)", "taken for deep water 2, sand 1"]
    assert captions["water"][1:] == ["no tile that can be judged"]


def test_a_broken_judge_is_refused_before_anything_is_painted(
    tiny_components: Components, tmp_path: Path
) -> None:
    (tmp_path / JUDGE).write_bytes(b"nothing")
    pipeline = Pipeline(replace(tiny_components, judge=tmp_path / JUDGE))

    def painting(_step: Step) -> None:
        raise AssertionError("it paints")

    with pytest.raises(ModelError, match=r"judge\.safetensors"):
        bake_with_report(pipeline, ask(), painting)
    assert pipeline.bake(ask(), unobserved).report is None
