import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.errors import PromptError
from tilebake.level.edit.weight_syntax import parse_prompt


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("", []),
        ("green grass, a:b, 50% \\ path", [("green grass, a:b, 50% \\ path", 1)]),
        ("(mossy:1.4) stone", [("mossy", 1.4), (" stone", 1)]),
        ("(mossy: .5 ) stone", [("mossy", 0.5), (" stone", 1)]),
        ("a (mossy) stone", [("a ", 1), ("mossy", 1.1), (" stone", 1)]),
        ("a [mossy] stone", [("a ", 1), ("mossy", 1 / 1.1), (" stone", 1)]),
        ("((mossy))", [("mossy", 1.1 * 1.1)]),
        ("(wet (mossy:2) rock:1.5)", [("wet ", 1.5), ("mossy", 3), (" rock", 1.5)]),
        ("[wet (mossy:0)]", [("wet ", 1 / 1.1), ("mossy", 0)]),
        (r"grass \(dry\) \[old\]", [("grass (dry) [old]", 1)]),
        (r"(grass \(dry\):2)", [("grass (dry)", 2)]),
        ("(scale 1:2 stone)", [("scale 1:2 stone", 1.1)]),
        (r"\[stone:2\]", [("[stone:2]", 1)]),
        ("(moss)y", [("moss", 1.1), ("y", 1)]),
        ("()stone(:2)", [("stone", 1)]),
    ],
)
def test_brackets_weigh_words(prompt: str, expected: list[tuple[str, float]]) -> None:
    assert [(text, pytest.approx(weight)) for text, weight in parse_prompt(prompt)] == expected


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("(mossy stone", r"`\(` at character 1 "),
        ("mossy) stone", r"`\)` at character 6 "),
        ("(mossy] stone", r"`\]` at character 7 "),
        ("[mossy:1.2) stone", r"`\)` at character 11 "),
        ("a ((b)", r"`\(` at character 3 "),
        ("mossy:1.2) stone", r"`\)` at character 10 "),
        ("(mossy:-1)", "the weight -1 at character 7"),
        ("(mossy:101)", "the weight 101 at character 7"),
        ("(mossy:" + "9" * 5000 + ")", "the weight 99999999999999999999 "),
        ("(" * 60 + "stone" + ")" * 60, "weigh more than 100"),
        ("((stone:20):20)", "weigh more than 100"),
        ("sto\ud800ne", "surrogate"),
    ],
)
def test_a_broken_prompt_raises_an_error_with_a_hint(prompt: str, message: str) -> None:
    with pytest.raises(PromptError, match=message) as caught:
        parse_prompt(prompt)
    assert caught.value.hint


@pytest.mark.parametrize(
    "prompt",
    [
        "(" * 20_000 + ")" * 20_000,
        "(a" * 20_000,
        ":" * 20_000,
        "(:" + "1" * 20_000 + "x)",
        ": " * 10_000,
    ],
    ids=["empty brackets", "open brackets", "colons", "a long number", "spaces"],
)
def test_a_monstrous_prompt_is_read_or_refused_at_once(prompt: str) -> None:
    with suppress(PromptError):
        parse_prompt(prompt)


@given(st.text(alphabet="ab ()[]\\:.1-"))
def test_parse_prompt_reads_or_refuses_any_text(prompt: str) -> None:
    try:
        stretches = parse_prompt(prompt)
    except PromptError:
        return
    assert all(stretch.text and 0 <= stretch.weight <= 100 for stretch in stretches)


@given(st.text(alphabet=st.characters(exclude_characters="()[]\uff08\uff09;=:", exclude_categories=["Cs"])))
def test_text_without_brackets_stays_as_it_is(prompt: str) -> None:
    assert "".join(stretch.text for stretch in parse_prompt(prompt)) == unicodedata.normalize("NFC", prompt)
