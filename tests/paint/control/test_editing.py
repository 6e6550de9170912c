"""Edits of whole pictures, on the tiny SDXL and on the embedded model."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tilebake.level.edit.edit import Edit, LocalBlend, Refine, Replace, Reweight, Rewrite, Threshold
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.control.composite import EDIT_MARGIN
from tilebake.paint.control.editing import EditedFrom, EditPair, edit_scene
from tilebake.paint.control.local_blend import where_words
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.report.attention_sheet import edit_sheet
from tilebake.paint.scene import Painted, Scene
from tilebake.request import BakeRequest, Step

QUICK = BakeSettings(pixels_per_tile=16, steps=3, guidance_scale=4.0, scheduler="dpmpp_2m")
PROMPTS = {"grass": "lush green grass", "stone": "stone", "water": "deep blue water"}
ANYWHERE = Threshold(above=0.0, floor=0.0)


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


def level(columns: int = 4, **prompts: str) -> TileMap:
    """Grass, then stone, then water, `columns` tiles of each."""
    wire = {"tilebake": 1, "base_prompt": "top down map", "tile_size": 16, "terrains": PROMPTS | prompts}
    row = "g" * columns + "s" * columns + "w" * columns
    legend = {"g": "grass", "s": "stone", "w": "water"}
    return parse_map(json.dumps({**wire, "legend": legend, "rows": [row] * 3}))


def ask(tilemap: TileMap) -> BakeRequest:
    return BakeRequest(tilemap, QUICK, model="tiny", model_digest="0" * 64, seed=5)


def bake(components: Components, tilemap: TileMap) -> NDArray[np.uint8]:
    return Pipeline(components).bake(ask(tilemap), ignore).image


def edit_map(components: Components, edit: Edit, tilemap: TileMap | None = None) -> Painted[EditedFrom]:
    scene = Pipeline(components).scene(ask(tilemap or level()))
    return edit_scene(components, scene, edit, ignore)


def plain(components: Components, prompt: str, **changes: Any) -> Scene:
    """A prompt on a canvas that is not square, nor of even halves."""
    settings = BakeSettings(steps=3, guidance_scale=4.0, scheduler=changes.get("scheduler", "euler"))
    return Pipeline(components).plain_scene(prompt, None, changes.get("size", (72, 40)), settings, seed=3)


def edit_prompt(components: Components, prompt: str, edit: Edit, **changes: Any) -> Painted[EditedFrom]:
    return edit_scene(components, plain(components, prompt, **changes), edit, ignore)


def picture(components: Components, prompt: str, **changes: Any) -> NDArray[np.uint8]:
    scene = plain(components, prompt, **changes)
    return edit_scene(components, scene, Edit({}), ignore).extra.source


@pytest.mark.parametrize("prompts", [{}, {"grass": "lush green grass"}, {None: "top down map"}])
def test_an_empty_edit_leaves_every_pixel(prompts: dict[str | None, str], components: Components) -> None:
    edited = edit_map(
        components, Edit({name: Rewrite(text, Replace(1.0)) for name, text in prompts.items()}, 1.0)
    )
    np.testing.assert_array_equal(edited.extra.source, bake(components, level()))
    np.testing.assert_array_equal(edited.image, edited.extra.source)


@pytest.mark.parametrize(
    "edit",
    [
        Edit({"grass": Rewrite("lush green snow")}),
        Edit({"grass": Rewrite("lush green mossy grass", Refine(), Reweight({"mossy": 3}, ANYWHERE))}),
        Edit({None: Rewrite("top down photo")}, local_blend=LocalBlend(("photo",), Threshold(floor=0.0))),
    ],
    ids=["replace", "refine and reweight", "base"],
)
def test_the_source_is_the_very_picture_of_an_ordinary_bake(edit: Edit, components: Components) -> None:
    before = dict(components.unet.attn_processors)
    edited = edit_map(components, edit)
    np.testing.assert_array_equal(edited.extra.source, bake(components, level()))
    assert (edited.image != edited.extra.source).any()
    after = components.unet.attn_processors
    assert all(after[name] is processor for name, processor in before.items())


@pytest.mark.parametrize("scheduler", ["euler", "euler_a", "dpmpp_2m"])
def test_with_no_step_replaced_the_target_is_its_own_plain_picture(
    scheduler: str, tiny_components: Components
) -> None:
    edit = Edit({None: Rewrite("lush snow in deep water", Replace(0.0))}, 0.0, source_steps=0)
    edited = edit_prompt(tiny_components, "lush grass", edit, scheduler=scheduler)
    own = picture(tiny_components, "lush snow in deep water", scheduler=scheduler)
    np.testing.assert_array_equal(edited.image, own)
    assert (edited.image != edited.extra.source).any()


def test_the_more_steps_are_replaced_the_nearer_the_target_stays(tiny_components: Components) -> None:
    def distance(share: float) -> float:
        edit = Edit({None: Rewrite("deep blue snow", Replace(share))}, share, source_steps=0)
        edited = edit_prompt(tiny_components, "lush green grass", edit, size=(64, 64))
        return float(np.abs(edited.image.astype(int) - edited.extra.source).mean())

    assert distance(1.0) < distance(0.0)


def test_the_longer_the_target_keeps_the_sources_latents_the_nearer_it_stays(
    tiny_components: Components,
) -> None:
    def distance(share: float) -> float:
        edit = Edit({None: Rewrite("deep blue snow", Replace(0.0))}, 0.0, source_steps=share)
        edited = edit_prompt(tiny_components, "lush green grass", edit, size=(64, 64))
        return float(np.abs(edited.image.astype(int) - edited.extra.source).mean())

    whole, most, part, none = (distance(share) for share in (1.0, 0.7, 0.3, 0.0))
    assert whole == 0
    assert 0 < most < part < none


def test_words_swapped_and_back_give_the_picture_back(tiny_components: Components) -> None:
    there = edit_prompt(
        tiny_components,
        "grass and water",
        Edit({None: Rewrite("water and grass", Replace(0.0))}, 0.0, source_steps=0),
    )
    back = edit_prompt(
        tiny_components,
        "water and grass",
        Edit({None: Rewrite("grass and water", Replace(0.0))}, 0.0, source_steps=0),
    )
    np.testing.assert_array_equal(there.image, back.extra.source)
    np.testing.assert_array_equal(back.image, there.extra.source)


def test_an_edited_terrain_changes_no_pixel_beyond_its_mask_and_margin(components: Components) -> None:
    edited = edit_map(components, Edit({"grass": Rewrite("snow", Replace(0.5))}, 0.0), level(columns=6))
    differs = (edited.extra.source != edited.image).any(axis=-1)
    assert differs[:, : 5 * 16].mean() > 0.5
    columns = np.flatnonzero((edited.extra.mask > 0).any(axis=0))
    beyond = 8 * (columns.max() + 1 + EDIT_MARGIN)
    assert beyond < edited.extra.source.shape[1] - 64
    assert not differs[:, beyond:].any()


def test_all_terrains_edited_are_their_own_plain_picture(tiny_components: Components) -> None:
    snow = Rewrite("snow", Replace(0))
    everywhere = edit_map(tiny_components, Edit({"grass": snow, "stone": snow, "water": snow}, 0, None, 0))
    assert (everywhere.extra.mask == 1).all()
    snowy = level(grass="snow", stone="snow", water="snow")
    own = bake(tiny_components, snowy)
    np.testing.assert_allclose(everywhere.image.astype(int), own.astype(int), rtol=0, atol=1)


def test_a_local_blend_keeps_the_rest_of_the_picture(tiny_components: Components) -> None:
    blend = LocalBlend(("grass", "snow"), Threshold(0.99, average=True, floor=0.0), start=0.0)
    edited = edit_prompt(
        tiny_components,
        "lush grass",
        Edit({None: Rewrite("lush snow")}, local_blend=blend),
        size=(192, 128),
    )
    assert 0 < edited.extra.mask.mean() < 0.3
    beyond = np.ones(edited.extra.source.shape[:2], bool)
    for y, x in np.argwhere(edited.extra.mask > 0) * 8:
        reach = 8 * EDIT_MARGIN
        beyond[max(0, y - reach) : y + 8 + reach, max(0, x - reach) : x + 8 + reach] = False
    np.testing.assert_array_equal(edited.extra.source[beyond], edited.image[beyond])
    assert (edited.extra.source != edited.image).any()


def test_a_local_blend_keeps_the_picture_where_a_word_to_subtract_works(tiny_components: Components) -> None:
    everywhere = Threshold(0.0, average=True, floor=0.0)
    blend = LocalBlend(("grass",), everywhere, start=0.0, subtract=("snow",))
    edit = Edit({None: Rewrite("lush snow")}, local_blend=blend)
    edited = edit_prompt(tiny_components, "lush grass", edit)
    np.testing.assert_array_equal(edited.image, edited.extra.source)
    changed = replace(edit, local_blend=replace(blend, subtract=()))
    edited = edit_prompt(tiny_components, "lush grass", changed)
    assert (edited.image != edited.extra.source).any()


def test_words_are_where_one_works_and_none_to_subtract() -> None:
    masks = torch.tensor([[[1.0, 1.0, 0.0, 0.0]], [[0.0, 1.0, 1.0, 0.0]], [[0.0, 0.0, 1.0, 1.0]]])
    subtracts = torch.tensor([False, True, False])[:, None, None]
    assert where_words(masks, subtracts, has_words=True).tolist() == [[1, 0, 0, 1]]
    assert where_words(masks, subtracts, has_words=False).tolist() == [[1, 0, 0, 1]]
    only = torch.ones(3, 1, 1, dtype=torch.bool)
    assert where_words(masks, only, has_words=False).tolist() == [[0, 0, 0, 0]]


def test_a_local_blend_by_a_word_that_is_absent_changes_nothing(tiny_components: Components) -> None:
    absent = LocalBlend(("snow",), Threshold(floor=1.0), start=0.0)
    edited = edit_prompt(
        tiny_components, "lush grass", Edit({None: Rewrite("lush snow")}, local_blend=absent)
    )
    np.testing.assert_array_equal(edited.image, edited.extra.source)


def test_a_weight_of_1_changes_nothing_and_others_do(components: Components) -> None:
    def weighed(weight: float, within: Threshold | None = None) -> NDArray[np.uint8]:
        edit = Edit(
            {"grass": Rewrite("lush green grass", Refine(1.0), Reweight({"green": weight}, within))}, 0.0
        )
        return edit_map(components, edit).image

    plain_picture = bake(components, level())
    np.testing.assert_array_equal(weighed(1.0), plain_picture)
    assert (weighed(-5.0) != plain_picture).any()
    np.testing.assert_array_equal(weighed(-5.0, Threshold(floor=1.0)), plain_picture)


def test_a_word_of_the_base_prompt_is_found_however_little_that_prompt_weighs(
    tiny_components: Components,
) -> None:
    faint = QUICK.model_copy(update={"base_prompt_weight": 0.05, "regional_prompt_weight": 0.95})
    scene = Pipeline(tiny_components).scene(replace(ask(level()), settings=faint))
    for edit in (
        Edit({None: Rewrite("top down map", Refine(), Reweight({"map": 5.0}, Threshold(0.0)))}),
        Edit({None: Rewrite("top down photo")}, local_blend=LocalBlend(("photo",), Threshold(0.0))),
    ):
        edited = edit_scene(tiny_components, scene, edit, ignore)
        assert (edited.extra.mask == 1).all()
        assert edited.notes == ""


def test_what_is_looked_for_and_found_nowhere_is_told(tiny_components: Components) -> None:
    nowhere = Threshold(floor=1.0)
    weighed = Edit({"grass": Rewrite("lush green grass", Refine(), Reweight({"green": 4.0}, nowhere))})
    assert edit_map(tiny_components, weighed).notes == (
        "the weight of 'green' changes nothing: the model attends to it nowhere"
    )
    blended = Edit({"grass": Rewrite("lush snow")}, local_blend=LocalBlend(("snow",), nowhere))
    assert edit_map(tiny_components, blended).texture(ask(level())).environment["notes"] == (
        "the edit changes nothing: where it may, the model does not attend to 'snow'"
    )


def test_an_edit_that_weighs_nothing_leaves_latents_to_the_last_bit(tiny_components: Components) -> None:
    nowhere = Reweight({"green": -5.0}, Threshold(floor=1.0))
    pairs: list[EditPair] = []
    same: list[bool] = []

    def on_step(_: Step) -> None:
        same.append(torch.equal(pairs[-1].source.latents, pairs[-1].target.latents))

    edit = Edit({"grass": Rewrite("lush green grass", Refine(1.0), nowhere)}, source_steps=0)
    scene = Pipeline(tiny_components).scene(ask(level()))
    edited = edit_scene(tiny_components, scene, edit, on_step, on_pair=pairs.append)
    assert same == [True, True, True]
    assert not edited.extra.mask.any()


def test_a_weight_limited_to_all_pixels_is_a_weight(tiny_components: Components) -> None:
    def weighed(within: Threshold | None) -> NDArray[np.uint8]:
        edit = Edit({None: Rewrite("lush green grass", Refine(0.5), Reweight({"green": 3.0}, within))}, 0.0)
        return edit_prompt(tiny_components, "lush green grass", edit).image

    difference = weighed(None).astype(int) - weighed(ANYWHERE)
    assert np.abs(difference).max() <= 1


def test_new_words_are_weighed_within_the_targets_own_maps(tiny_components: Components) -> None:
    edit = Edit(
        {None: Rewrite("mossy grass", Refine(), Reweight({"mossy": 4.0}, Threshold(0.5, average=True)))}
    )
    edited = edit_prompt(tiny_components, "grass", edit)
    assert (edited.extra.source != edited.image).any()


def test_a_cancelled_edit_leaves_the_model_as_it_was(tiny_components: Components) -> None:
    before = dict(tiny_components.unet.attn_processors)

    def cancel(step: Step) -> None:
        raise KeyboardInterrupt(step)

    with pytest.raises(KeyboardInterrupt) as caught:
        edit_scene(tiny_components, plain(tiny_components, "grass"), Edit({None: Rewrite("snow")}), cancel)
    assert caught.value.args[0][:2] == (1, 3)
    after = tiny_components.unet.attn_processors
    assert all(after[name] is processor for name, processor in before.items())
    hooked = [name for name, module in tiny_components.unet.named_modules() if module._forward_hooks]  # pyright: ignore[reportPrivateUsage]
    assert hooked == []


def test_an_edit_has_a_sheet(tiny_components: Components) -> None:
    edit = Edit({None: Rewrite("snow", Replace(), Reweight({"snow": 2.0}))})
    sheet = edit_sheet(edit_prompt(tiny_components, "grass", edit), {None: "grass"}, edit, heading="grass")
    assert sheet.shape[1] > sheet.shape[0]


def test_a_caller_can_read_the_pair_between_steps(tiny_components: Components) -> None:
    scene = Pipeline(tiny_components).scene(ask(level()))
    edit = Edit({"grass": Rewrite("lush green snow")}, source_steps=0)
    pairs: list[EditPair] = []
    differ: list[bool] = []

    def on_step(_: Step) -> None:
        differ.append(bool((pairs[-1].source.latents != pairs[-1].target.latents).any()))

    edited = edit_scene(tiny_components, scene, edit, on_step, on_pair=pairs.append)
    assert differ == [True, True, True]
    assert len(pairs) == 1
    np.testing.assert_array_equal(edited.image, edit_map(tiny_components, edit).image)


def test_words_of_two_prompts_weigh_within_thresholds_of_their_own(tiny_components: Components) -> None:
    nowhere = Threshold(floor=1.0)
    rewrites: dict[str | None, Rewrite] = {
        "grass": Rewrite("lush green grass", Refine(), Reweight({"green": 4.0}, nowhere)),
        "water": Rewrite("deep blue river water", Refine(), Reweight({"blue": 4, "river": 2}, ANYWHERE)),
    }
    soft = QUICK.model_copy(update={"mask_contrast": 1.0})  # masks that are nowhere 0
    scene = Pipeline(tiny_components).scene(replace(ask(level()), settings=soft))

    pairs: list[EditPair] = []
    edit_scene(tiny_components, scene, Edit(rewrites), ignore, on_pair=pairs.append)
    for bank in pairs[0].control.reweight_masks.banks:
        assert [row.unique().tolist() for row in bank] == [[1], [0], [1], [1]]


def test_an_edit_in_two_passes_is_the_same(tiny_components: Components) -> None:
    def full_for_a_pair(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if len(inputs[0]) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")

    edit = Edit({"grass": Rewrite("lush green snow", Replace(1.0))}, self_replace_steps=1.0)
    at_once = edit_map(tiny_components, edit)
    hook = tiny_components.unet.register_forward_pre_hook(full_for_a_pair)
    in_turn = edit_map(tiny_components, edit)
    hook.remove()
    assert in_turn.degraded == ("guidance in two passes",)
    np.testing.assert_allclose(in_turn.image.astype(int), at_once.image.astype(int), atol=1)
