"""A map with an edit is baked as it is edited."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tilebake.errors import PromptError
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.control.editing import edit_scene
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.request import BakeRequest, Step
from tilebake.texture import pixel_hash

QUICK = BakeSettings(pixels_per_tile=16, steps=3, guidance_scale=4.0, scheduler="dpmpp_2m")


def lake(**changes: object) -> TileMap:
    wire = {
        "tilebake": 1,
        "base_prompt": "top down map",
        "tile_size": 16,
        "terrains": {"grass": "lush green grass", "water": "deep blue water"},
        "legend": {"g": "grass", "w": "water"},
        "rows": ["gggww", "ggwww", "ggwww"],
    }
    return parse_map(json.dumps(wire | changes))


def ask(tilemap: TileMap) -> BakeRequest:
    return BakeRequest(tilemap, QUICK, model="tiny", model_digest="0" * 64, seed=5)


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


def test_a_bake_of_a_map_with_an_edit_gives_the_target(components: Components) -> None:
    tilemap = lake(edit={"terrains": {"grass": {"prompt": "lush green snow", "reweight": {"snow": 2}}}})
    request, pipeline = ask(tilemap), Pipeline(components)
    steps: list[Step] = []
    previews: list[tuple[int, ...]] = []

    def on_step(step: Step) -> None:
        steps.append(step)
        assert step.progress_image is not None
        previews.append(step.progress_image().shape)

    texture = pipeline.bake(request, on_step)
    assert tilemap.edit is not None
    edited = edit_scene(components, pipeline.scene(request), tilemap.edit, ignore)
    np.testing.assert_array_equal(texture.image, edited.image)
    np.testing.assert_array_equal(edited.extra.source, pipeline.bake(ask(lake()), ignore).image)
    assert (edited.extra.source != edited.image).any()
    assert (texture.digest, texture.pixel_hash) == (request.digest(), pixel_hash(texture.image))
    assert texture.environment["device"] == "cpu"
    assert [each[:2] for each in steps] == [(1, 3), (2, 3), (3, 3)]
    assert {*previews} == {(48, 80, 3)}


def test_the_progress_image_of_an_edit_is_the_targets(tiny_components: Components) -> None:
    shown: list[NDArray[np.uint8]] = []

    def on_step(step: Step) -> None:
        if step.step == 3 and step.progress_image is not None:
            shown.append(step.progress_image())

    for edit in ({}, {"base_prompt": "blurry photo of lava", "terrains": {"water": "snow", "grass": "lava"}}):
        Pipeline(tiny_components).bake(ask(lake(edit=edit)), on_step)
    before, after = shown
    assert (before != after).any()


def test_what_only_the_model_can_tell_names_the_map(tiny_components: Components) -> None:
    tilemap = replace(lake(edit={"terrains": {"grass": "(snow:0)"}}), path=Path("lake.json"))
    with pytest.raises(
        PromptError, match=r"lake.json: \$.edit: all words of the prompt '\(snow:0\)' weigh 0"
    ):
        Pipeline(tiny_components).bake(ask(tilemap), ignore)


def test_an_edit_that_says_nothing_leaves_every_pixel(components: Components) -> None:
    pipeline = Pipeline(components)
    plain = pipeline.bake(ask(lake()), ignore)
    empty = pipeline.bake(ask(lake(edit={"terrains": {"grass": {"prompt": "lush green grass"}}})), ignore)
    np.testing.assert_array_equal(plain.image, empty.image)
    assert plain.digest == empty.digest
