"""Edits as a user says them, and as they are spelled out for a picture."""

from collections.abc import Callable

import pytest
import torch

from tilebake.errors import PromptError
from tilebake.level.edit.edit import (
    CrossReplaceSteps,
    Edit,
    LocalBlend,
    Refine,
    Replace,
    Reweight,
    Rewrite,
    Threshold,
)
from tilebake.level.edit.rewrite import replace_phrase, replace_prompt, select_prompts, weigh_words
from tilebake.paint.control.plan import plan_edit, prompt_edits
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.prompts.encode import encode_prompt

Encode = Callable[[str], PromptEmbeds]
PROMPTS = {None: "a map of water", "meadow": "(lush:1.2) green grass", "lake": "deep blue water, mossy"}


@pytest.fixture
def source(encode: Encode) -> Conditioning:
    grass = encode("lush grass")
    return Conditioning(encode("a map"), (grass, grass, encode("blue water")), encode(""), None)


TERRAINS = ("meadow", "lawn", "lake")


def test_words_are_replaced_wherever_they_stand() -> None:
    assert replace_phrase(PROMPTS, "water", "snow") == {
        None: "a map of snow",
        "lake": "deep blue snow, mossy",
    }
    assert replace_phrase(PROMPTS, "Green  GRASS", r"dry \1") == {"meadow": r"(lush:1.2) dry \1"}
    assert replace_phrase(PROMPTS, "(lush:1.2)", "dry") == {"meadow": "dry green grass"}
    with pytest.raises(PromptError, match="no 'gras' in 'a map of water' and"):
        replace_phrase(PROMPTS, "gras", "snow")
    with pytest.raises(PromptError, match="no ''"):
        replace_phrase(PROMPTS, "", "snow")


def test_one_prompt_is_refined() -> None:
    assert replace_prompt({"lake": "water"}, "mossy water") == {"lake": "mossy water"}
    with pytest.raises(PromptError, match="say which"):
        replace_prompt(PROMPTS, "mossy water")


def test_prompts_are_found_by_their_words() -> None:
    assert set(select_prompts(PROMPTS, ["mossy", "lush"])) == {"meadow", "lake"}
    with pytest.raises(PromptError, match="no 'moss' in"):
        select_prompts(PROMPTS, ["moss"])


def test_only_what_changes_is_another_prompt(tiny_components: Components, source: Conditioning) -> None:
    rewrites: dict[str | None, Rewrite] = {"meadow": Rewrite("lush snow"), "lake": Rewrite("blue water")}
    plan = plan_edit(tiny_components, source, TERRAINS, Edit(rewrites))
    assert plan.target.base is source.base
    assert plan.target.regions[0].text == "lush snow"
    assert plan.target.regions[1:] == source.regions[1:]
    assert [(change.source, change.regions) for change in plan.changes] == [(source.regions[0], (0,))]
    assert plan.regions == (0,)


def test_terrains_with_one_prompt_may_change_to_one(
    tiny_components: Components, source: Conditioning
) -> None:
    snow = Rewrite("lush snow", Refine())
    edit = Edit({"meadow": snow, "lawn": snow, None: Rewrite("snow", Refine())})
    plan = plan_edit(tiny_components, source, TERRAINS, edit)
    assert plan.target.regions[0] is plan.target.regions[1]
    assert [change.regions for change in plan.changes] == [(0, 1), (None,)]
    assert plan.regions is None, "the base prompt is everywhere"


@pytest.mark.parametrize(
    "edit",
    [
        Edit({}),
        Edit({"lake": Rewrite("blue water"), None: Rewrite("a map")}),
        Edit({"lake": Rewrite("blue water", reweight=Reweight({"blue": 1}))}),
    ],
)
def test_an_empty_edit_is_no_change(edit: Edit, tiny_components: Components, source: Conditioning) -> None:
    plan = plan_edit(tiny_components, source, TERRAINS, edit)
    assert plan.changes == ()
    assert plan.target.regions == source.regions
    assert plan.regions == ()


def test_a_change_is_spelled_out_for_the_layers(tiny_components: Components, source: Conditioning) -> None:
    rewrite = Rewrite(
        "deep blue water",
        Refine(CrossReplaceSteps(0.5, {"water": 1.0})),
        Reweight({"blue": 3, "water": -2}, Threshold()),
    )
    plan = plan_edit(tiny_components, source, TERRAINS, Edit({"lake": rewrite}))
    target = plan.changes[0].target
    (spelled,) = prompt_edits(plan, 4, {("blue", target): 1})
    assert (spelled.source_row, spelled.target_row) == (2, 2)
    assert spelled.kept[:, 1:5].tolist() == [[0, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 1, 0]]
    assert spelled.equalizer[1:5].tolist() == [1, 1, -2, 1]
    ((row, weights),) = spelled.masked
    assert (row, weights[1:5].tolist()) == (1, [1, 3, 1, 1])
    assert not spelled.is_plain(3)
    torch.testing.assert_close(spelled.mapper.sum(dim=1), torch.ones(77))


def test_words_weigh_with_their_echo_where_they_weigh(
    tiny_components: Components, source: Conditioning
) -> None:
    reweight = Reweight({"blue": 3, "water": -2, "deep": 1}, Threshold())
    edit = Edit({"lake": Rewrite("deep blue water", Refine(), reweight)})
    plan = plan_edit(tiny_components, source, TERRAINS, edit)
    (spelled,) = prompt_edits(plan, 4, {("blue", plan.changes[0].target): 1})
    blue, water = spelled.context_reweights
    assert (blue.mask, blue.extra_weight[:6].tolist()) == (1, [0, 0, 0, 2, 2, 2])
    assert (water.mask, water.extra_weight[:6].tolist()) == (0, [0, 0, 0, 0, -3, -3])
    torch.testing.assert_close(
        blue.without_word, encode_prompt(tiny_components, "deep blue water", masked=[2]).prompt_embeds
    )


def test_a_terrain_is_edited_by_either_spelling_of_its_name(
    tiny_components: Components, source: Conditioning
) -> None:
    terrains = (*TERRAINS[:-1], "h\u00f6hle")
    rewrite = Rewrite("blue water", reweight=Reweight({"blue": 3}))
    (change,) = plan_edit(tiny_components, source, terrains, Edit({"ho\u0308hle": rewrite})).changes
    assert change.regions == (len(terrains) - 1,)


def test_without_its_echo_a_word_weighs_as_in_prompt_to_prompt(
    tiny_components: Components, source: Conditioning
) -> None:
    rewrite = Rewrite("blue water", reweight=Reweight({"blue": 3}, echo=False))
    plan = plan_edit(tiny_components, source, TERRAINS, Edit({"lake": rewrite}))
    (spelled,) = prompt_edits(plan, 4, {})
    assert (spelled.context_reweights, spelled.equalizer[1:3].tolist()) == ((), [3, 1])


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (Edit({"medow": Rewrite("snow")}), "no terrain 'medow'; take one of: meadow, lawn, lake"),
        (Edit({"lake": Rewrite("blue snow", reweight=Reweight({"water": 2}))}), "no 'water' in 'blue snow'"),
        (
            Edit({"lake": Rewrite("blue snow", Replace(CrossReplaceSteps(0.8, {"wter": 1})))}),
            "no 'wter' in 'blue snow'",
        ),
        (
            Edit({"lake": Rewrite("blue snow")}, local_blend=LocalBlend(("sand",))),
            "no 'sand' in 'blue water' and 'blue snow'",
        ),
    ],
)
def test_what_is_not_there_is_told(
    edit: Edit, told: str, tiny_components: Components, source: Conditioning
) -> None:
    with pytest.raises(PromptError, match=told):
        plan_edit(tiny_components, source, TERRAINS, edit)


def test_the_sources_words_may_blend(tiny_components: Components, source: Conditioning) -> None:
    edit = Edit({"lake": Rewrite("blue snow")}, local_blend=LocalBlend(("water", "snow")))
    assert plan_edit(tiny_components, source, TERRAINS, edit).changes


@pytest.mark.parametrize(
    "make",
    [
        lambda: Replace(1.5),
        lambda: Refine(-0.1),
        lambda: Edit({}, self_replace_steps=-0.1),
        lambda: Edit({}, source_steps=1.1),
        lambda: Replace(CrossReplaceSteps(0.5, {"a": 2})),
        lambda: Reweight({"mossy": 6}),
        lambda: Reweight({"mossy": float("nan")}),
        lambda: Replace(CrossReplaceSteps(0.5, {"a": (0.6, 0.2)})),
        lambda: LocalBlend(("a",), start=2),
        lambda: LocalBlend(("a",), subtract=("a",)),
    ],
)
def test_values_out_of_range_are_told(make: Callable[[], object]) -> None:
    with pytest.raises(
        PromptError, match=r"share from 0 to 1|weights go from -5 to 5|smaller share first|name the word once"
    ):
        make()


def test_every_prompt_has_a_control_and_weights_of_its_own(
    tiny_components: Components, source: Conditioning
) -> None:
    edit = Edit(
        {
            "meadow": Rewrite("lush snow", Replace(1.0)),
            "lawn": Rewrite("lush mossy grass", Refine(0.5), Reweight({"mossy": 3})),
        }
    )
    plan = plan_edit(tiny_components, source, TERRAINS, edit)
    assert [change.regions for change in plan.changes] == [(0,), (1,)]
    meadow, lawn = prompt_edits(plan, 4, {})
    assert meadow.target_row != lawn.target_row
    assert (meadow.kept[:, 1].tolist(), lawn.kept[:, 1].tolist()) == ([1, 1, 1, 1], [1, 1, 0, 0])
    assert meadow.equalizer.eq(1).all()
    assert lawn.equalizer[1:4].tolist() == [1, 3, 1]


def test_terrains_with_one_prompt_may_change_to_one_text_under_two_controls(
    tiny_components: Components, source: Conditioning
) -> None:
    edit = Edit({"meadow": Rewrite("lush snow"), "lawn": Rewrite("lush snow", Replace(0.2))})
    plan = plan_edit(tiny_components, source, TERRAINS, edit)
    rows = [spelled.target_row for spelled in prompt_edits(plan, 4, {})]
    assert len({*rows}) == 2
    assert plan.regions == (0, 1)


def test_a_word_is_sought_in_its_own_prompt_alone(tiny_components: Components, source: Conditioning) -> None:
    edit = Edit(
        {"meadow": Rewrite("lush snow", reweight=Reweight({"blue": 2})), "lake": Rewrite("blue snow")}
    )
    with pytest.raises(PromptError, match="no 'blue' in 'lush snow'"):
        plan_edit(tiny_components, source, TERRAINS, edit)


def test_weights_go_to_the_prompts_that_have_their_words() -> None:
    weights = weigh_words(PROMPTS, {"water": 2, "LUSH green": 3, "mossy": -1})
    assert weights == {None: {"water": 2}, "meadow": {"LUSH green": 3}, "lake": {"water": 2, "mossy": -1}}
    with pytest.raises(PromptError, match=r"no 'gras' in .*take one of: grass"):
        weigh_words({"meadow": PROMPTS["meadow"]}, {"gras": 2})
