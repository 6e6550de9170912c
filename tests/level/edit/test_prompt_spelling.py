"""Weights and tags as other tools write them: read where they are plain, else named with the right one."""
# ruff: noqa: RUF001 - full-width brackets are what this is about

import pytest

from tilebake.errors import PromptError
from tilebake.level.edit.prompt_spelling import find_lookalike, foreign_tags, respell
from tilebake.level.edit.weight_syntax import parse_prompt


@pytest.mark.parametrize(
    ("prompt", "respelled"),
    [
        ("(mossy:1,4) stone", "(mossy:1.4) stone"),
        ("(mossy:1.4,) stone", "(mossy:1.4), stone"),
        ("（mossy：1.4）", "(mossy:1.4)"),
        ("(mossy：1，4)", "(mossy:1.4)"),
        ("（濡れた 草：１.4）", "(濡れた 草:１.4)"),
        ("((mossy:1,4) stone:1.2)", "((mossy:1.4) stone:1.2)"),
    ],
)
def test_a_weight_that_can_mean_one_thing_is_read(prompt: str, respelled: str) -> None:
    assert respell(prompt) == respelled
    assert respell(respelled) == respelled


@pytest.mark.parametrize(
    "prompt",
    [
        "(mossy:1.4), stone",
        "(mossy :1.4 )",
        "(mossy: .5 )",
        "(a:2.)",
        "（草） path",
        "(a, b) c",
        "16:9, a,b",
        "",
    ],
)
def test_a_prompt_that_is_right_stays_as_it_is(prompt: str) -> None:
    assert respell(prompt) == prompt
    assert find_lookalike(prompt) is None
    assert list(foreign_tags(prompt)) == []


@pytest.mark.parametrize(
    ("prompt", "at", "right"),
    [
        ("(mossy):1.4", 7, "(mossy:1.4)"),
        ("a [grass:0.8]", 3, "(grass:0.8)"),
        ("wet mossy::1.4", 10, "(mossy:1.4)"),
        ("(mossy::1.4)", 7, "(mossy:1.4)"),
        ("(wet moss:1,400)", 10, "(wet moss:1.400)"),
        ("(mossy:1.4%)", 7, "(mossy:1.4)"),
        ("(mossy=1.4)", 7, "(mossy:1.4)"),
        ("(a (b:1.2) c：1.4）", 13, "(c:1.4)"),
    ],
)
def test_a_weight_that_only_looks_like_one_is_refused_with_the_right_spelling(
    prompt: str, at: int, right: str
) -> None:
    with pytest.raises(PromptError, match=f"at character {at}, which looks like a weight") as caught:
        parse_prompt(prompt)
    assert f"write {right}" in str(caught.value.hint)
    assert parse_prompt(right)


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("__season__", "write the words"),
        ("BREAK", "each terrain"),
        ("AND", "each terrain"),
        ("[dry::0.5]", "over the steps"),
        ("[dry grass:green grass:0.5]", "over the steps"),
        ("<lora:water colour:0.8>", '"loras"'),
        ("embedding:painterly", 'name its file under "embeddings"'),
        ("{dry|wet}", "write one of them"),
        ("[dry|wet]", "write one of them"),
        ("mossy:1.4", "(mossy:1.4)"),
    ],
)
def test_a_tag_of_another_tool_is_noted_once_and_painted_as_words(tag: str, hint: str) -> None:
    (note,) = foreign_tags(f"grass, {tag}, {tag}")
    assert repr(tag) in note
    assert "at character 8" in note
    assert hint in note
    assert parse_prompt(f"grass, {tag}")


@pytest.mark.parametrize(
    "text", ["break and pause", "SAND", "a_b__c", "<3 stones>", "{wet}", "16:9 screen, 1:1.5"]
)
def test_words_like_tags_are_not_noted(text: str) -> None:
    assert list(foreign_tags(text)) == []


MONSTERS = (
    "(" + ":" * 20_000,
    "(:" + "1" * 20_000 + "x)",
    ": " * 10_000,
    "[a:" * 6_000,
    "__a" * 6_000,
    "<a:" * 6_000,
    "{|" * 9_000,
    "_a" * 9_000,
    "(:1" + "," * 19_000,
    ":1" * 9_000,
    "[a" + " " * 19_000,
)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("prompt", MONSTERS, ids=range(len(MONSTERS)))
def test_a_monstrous_prompt_takes_no_time(prompt: str) -> None:
    respell(prompt)
    find_lookalike(prompt)
    list(foreign_tags(prompt))
