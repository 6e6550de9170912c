"""The edit in a map: what it says, and what is said of its mistakes."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tilebake.errors import MapError
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
from tilebake.level.edit.edit_file import edit_json
from tilebake.level.project import Project
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import parse_map

HEAD = (
    '{"tilebake": 1, "base_prompt": "a summer map", "terrains": {"grass": "(lush:1.2) green grass",\n'
    '  "water": "deep blue water", "lava": "hot lava"},\n "legend": {"g": "grass", "w": "water"},\n'
    ' "rows": ["gw"],\n "edit": '
)


def edit_of(edit: dict[str, Any] | str, project: Project | None = None) -> Edit | None:
    text = edit if isinstance(edit, str) else json.dumps(edit)
    return parse_map(HEAD + text + "}", path=Path("a.json"), project=project).edit


def test_an_edit_of_art_needs_art(tmp_path: Path) -> None:
    edit = {"terrains": {"grass": "dry grass"}, "source": "art"}
    with pytest.raises(MapError) as refused:
        edit_of(edit)
    assert str(refused.value).startswith("a.json:5:57: ")
    assert '$.edit.source: there is no picture to edit; name a PNG of the whole map by "art"' in str(
        refused.value
    )
    Image.new("RGB", (128, 64)).save(tmp_path / "art.png")
    text = HEAD.replace('"edit"', '"art": "art.png", "edit"') + json.dumps(edit) + "}"
    edited = parse_map(text, path=tmp_path / "a.json")
    assert edited.edit is not None
    assert edit_json(edited.edit)["source"] == "art"


def test_an_edit_says_all_that_there_is_to_say() -> None:
    edit = edit_of(
        {
            "base_prompt": "a winter map",
            "terrains": {
                "grass": {
                    "prompt": "lush green mossy grass",
                    "cross_replace_steps": 0.5,
                    "cross_replace_words": {"mossy": 0.4, "grass": [0.2, 0.6]},
                    "reweight": {"mossy": 3},
                    "threshold": 0.3,
                    "average": True,
                    "compress": 0.5,
                },
                "water": {"reweight": {"blue": -2.5}, "echo": False},
            },
            "self_replace_steps": 0.1,
            "source_steps": 0.3,
            "local_blend": ["grass", "mossy"],
        }
    )
    within = Threshold(0.3, average=True, gamma=0.5)
    assert edit == Edit(
        {
            None: Rewrite("a winter map", Replace()),
            "grass": Rewrite(
                "lush green mossy grass",
                Refine(CrossReplaceSteps(0.5, {"mossy": 0.4, "grass": (0.2, 0.6)})),
                Reweight({"mossy": 3.0}, within),
            ),
            "water": Rewrite("deep blue water", Replace(), Reweight({"blue": -2.5}, echo=False)),
        },
        0.1,
        LocalBlend(("grass", "mossy")),
        0.3,
    )
    assert edit is not None
    assert edit_of(edit_json(edit)) == edit


def test_a_local_blend_may_say_where_the_picture_stays_and_from_which_share_on() -> None:
    blend = {"words": ["grass"], "subtract": ["lush"], "threshold": 0.45, "start": 0}
    edit = edit_of({"terrains": {"grass": "dry green grass"}, "local_blend": blend})
    threshold = Threshold(0.45, average=True)
    assert edit is not None
    assert edit.local_blend == LocalBlend(("grass",), threshold, 0.0, ("lush",))
    assert edit_json(edit)["local_blend"] == blend
    alone = edit_of({"terrains": {"grass": "dry green grass"}, "local_blend": {"subtract": ["lush"]}})
    assert alone is not None
    assert alone.local_blend == LocalBlend((), subtract=("lush",))


@pytest.mark.parametrize(
    ("edit", "where", "told"),
    [
        ({"local_blend": {"words": ["grass", "gras"]}}, "$.edit.local_blend.words[1]", "no 'gras'"),
        ({"local_blend": {"subtract": ["gras"]}}, "$.edit.local_blend.subtract[0]", "no 'gras'"),
        ({"local_blend": {"words": ["dry"], "subtract": ["dry"]}}, "$.edit.local_blend", "keep it there"),
        ({"local_blend": {"word": ["dry"]}}, "$.edit.local_blend", "unknown key"),
        ({"cross_replace_words": {"lush": 0.4}}, "cross_replace_words", "no 'lush'"),
        ({"cross_replace_words": {"dry": [0.6, 0.2]}}, "cross_replace_words", "from 0.6 to 0.2"),
        ({"cross_replace_words": {"dry": [0.6]}}, "cross_replace_words.dry", ""),
        ({"cross_replace_words": {"dry": 1.5}}, "cross_replace_words.dry", "1"),
    ],
    ids=json.dumps,
)
def test_a_mistake_in_steps_of_words_or_a_local_blend_is_told_with_its_place(
    edit: dict[str, Any], where: str, told: str
) -> None:
    grass = {"prompt": "dry green grass", **{key: each for key, each in edit.items() if key != "local_blend"}}
    blend = {key: each for key, each in edit.items() if key == "local_blend"}
    with pytest.raises(MapError) as caught:
        edit_of({"terrains": {"grass": grass}, **blend})
    assert where in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("prompt", "align", "control"),
    [
        ("dry yellow grass", None, Replace),
        ("(dry:1.3) yellow grass", None, Replace),
        ("lush green mossy grass", None, Refine),
        ("mossy and lush green grass", "refine", Refine),
        ("lush wild yellow grass", "replace", Replace),
        ("dry yellow grass", "refine", Refine),
    ],
)
def test_words_are_aligned_by_their_number_unless_it_says_how(
    prompt: str, align: str | None, control: type
) -> None:
    entry = {"prompt": prompt} | ({"align": align} if align else {})
    edit = edit_of({"terrains": {"grass": entry}})
    assert edit is not None
    assert isinstance(edit.rewrites["grass"].control, control)


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"terrains": {}},
        {"terrains": {"grass": {}}},
        {"terrains": {"grass": "(lush:1.2) green grass"}},
        {"terrains": {"grass": {"reweight": {"green": 1}}}},
        {"terrains": {"lava": "cold lava"}},
        {"terrains": {"lava": "cold lava", "grass": "dry yellow grass"}, "local_blend": ["lava"]},
    ],
    ids=json.dumps,
)
def test_an_edit_that_changes_nothing_is_none(edit: dict[str, Any]) -> None:
    assert edit_of(edit) is None


def test_a_terrain_without_a_tile_is_left_out_until_it_has_one() -> None:
    edit = edit_of(
        {"terrains": {"lava": "cold lava", "grass": "dry yellow grass"}, "local_blend": ["dry", "hot"]}
    )
    assert edit == Edit({"grass": Rewrite("dry yellow grass")}, local_blend=LocalBlend(("dry",)))


def test_the_projects_terrains_and_style_count() -> None:
    shared = {"grass": Terrain("grass", "project grass"), "rock": Terrain("rock", "grey rock")}
    project = Project(Path("game"), style="hand painted", terrains=shared)
    edit = edit_of({"base_prompt": "a winter map", "terrains": {"rock": "red rock"}}, project)
    assert edit == Edit({None: Rewrite("a winter map, hand painted")})
    weighed = edit_of({"base_prompt": {"reweight": {"painted": 2}}}, project)
    assert weighed is not None
    assert weighed.rewrites[None].prompt == "a summer map, hand painted"


MISTAKES = {
    "an unknown terrain": (
        '{"terrains": {"gras": "snow"}}',
        '5:24: $.edit.terrains.gras: unknown terrain "gras"; did you mean "grass"?',
    ),
    "a word that is not there": (
        '{"terrains": {"grass": {"prompt": "mossy grass", "reweight": {"moss": 2}}}}',
        "5:72: $.edit.terrains.grass.reweight.moss: there is no 'moss' in 'mossy grass'; take one of: mossy",
    ),
    "a word of the prompt before": (
        '{"terrains": {"grass": {"prompt": "snow", "reweight": {"green": 2}}}}',
        "5:65: $.edit.terrains.grass.reweight.green: there is no 'green' in 'snow'; take one of: snow",
    ),
    "a weight too strong": (
        '{"terrains": {"grass": {"reweight": {"green": 6}}}}',
        "5:56: $.edit.terrains.grass.reweight.green: 6 is too large; write a number of at most 5",
    ),
    "a weight too far below": (
        '{"terrains": {"grass": {"reweight": {"green": -5.5}}}}',
        "5:56: $.edit.terrains.grass.reweight.green: -5.5 is too small; write a number of at least -5",
    ),
    "a share above 1": (
        '{"base_prompt": {"prompt": "snow", "cross_replace_steps": 80}}',
        "5:68: $.edit.base_prompt.cross_replace_steps: 80 is too large; write a number of at most 1",
    ),
    "a misspelt key": (
        '{"terrains": {"grass": {"promt": "snow"}}}',
        '5:34: $.edit.terrains.grass.promt: unknown key "promt"; did you mean "prompt"?',
    ),
    "a number for a prompt": (
        '{"terrains": {"grass": 3}}',
        "5:33: $.edit.terrains.grass: 3 is not a prompt or an object {...}; "
        "write a prompt or an object {...}",
    ),
    "an unknown way to align": (
        '{"base_prompt": {"prompt": "snow", "align": "refin"}}',
        '5:54: $.edit.base_prompt.align: "refin" is not known here; did you mean "refine"?',
    ),
    "words that cannot be swapped": (
        '{"base_prompt": {"prompt": "a hot summer map", "align": "replace"}}',
        "5:66: $.edit.base_prompt.align: no words are swapped here: one prompt has words that the other "
        'lacks; write "refine", or leave it out',
    ),
    "a bracket alone": (
        '{"base_prompt": "a (summer map"}',
        "5:26: $.edit.base_prompt.prompt: the prompt 'a (summer map' has a `(` at character 3 without its "
        r"partner; close it, or write \( \) \[ \] for brackets that are part of the text",
    ),
    "blending by a word that is nowhere": (
        '{"terrains": {"water": "ice"}, "local_blend": ["water", "icy"]}',
        "5:66: $.edit.local_blend[1]: there is no 'icy' in 'deep blue water' and 'ice'; take one of: ice",
    ),
}


@pytest.mark.parametrize(("text", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_an_edit_raises_with_its_place_and_a_hint(text: str, told: str) -> None:
    with pytest.raises(MapError) as caught:
        edit_of(text)
    assert str(caught.value) == f"a.json:{told}"
