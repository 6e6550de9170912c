"""Test that prompts are read as docs/prompts.md says."""

import re
from pathlib import Path
from typing import Final

import pytest

from tilebake.errors import PromptError
from tilebake.level.edit.prompt_spelling import foreign_tags, respell
from tilebake.level.edit.weight_syntax import WeightedText, parse_prompt

PAGE: Final = (Path(__file__).parents[3] / "docs" / "prompts.md").read_text(encoding="utf-8")
WEIGHED: Final = {
    "(mossy:1.4) stone": 1.4,
    "(mossy) stone": 1.1,
    "[mossy] stone": 1 / 1.1,
    "((mossy:2):0.5) stone": 1.0,
}
REFUSED: Final = re.findall(r"^\| `([^`]+)` \| `\(mossy:1\.4\)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("prompt", "weight"), WEIGHED.items())
def test_a_weight_of_the_page_weighs_what_it_says(prompt: str, weight: float) -> None:
    assert f"| `{prompt}` |" in PAGE
    first = parse_prompt(prompt)[0]
    assert first.weight == pytest.approx(weight)
    assert first.text.startswith("mossy")


def test_backslashes_make_brackets_plain() -> None:
    assert parse_prompt(r"stone \(rough\)") == (WeightedText("stone (rough)", 1.0),)


@pytest.mark.parametrize("prompt", ["(mossy:1,4)", "（mossy：1.4）", "(mossy:1.4,)"])  # noqa: RUF001
def test_other_spellings_of_the_page_are_read(prompt: str) -> None:
    assert f"`{prompt}`" in PAGE
    assert parse_prompt(respell(prompt))[0] == WeightedText("mossy", 1.4)


def test_what_only_looks_like_a_weight_is_refused_as_the_page_says() -> None:
    assert len(REFUSED) == 4
    for prompt in REFUSED:
        with pytest.raises(PromptError, match=re.escape("(mossy:1.4)")):
            parse_prompt(prompt)


@pytest.mark.parametrize(
    "tag", ["<lora:ink:0.8>", "BREAK", "AND", "__wildcard__", "{one|two}", "[a:b:0.5]", "embedding:name"]
)
def test_tags_of_the_page_are_noted(tag: str) -> None:
    assert f"`{tag}`" in PAGE
    assert list(foreign_tags(f"stone {tag}"))
