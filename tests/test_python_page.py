"""docs/python.md: its examples run and print what they show, and it names all that is public."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

import tilebake

PAGE: Final = (Path(__file__).resolve().parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES: Final = re.findall(
    r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", PAGE, re.MULTILINE | re.DOTALL
)
LAKE: Final = {
    "tilebake": 1,
    "terrains": {"grass": "lush green grass", "water": "clear blue water"},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["ggw", "gww"],
    "settings": {"pixels_per_tile": 16, "steps": 2},
}


def test_the_examples_run_and_print_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lake.json").write_text(json.dumps(LAKE), encoding="utf-8")
    names: dict[str, Any] = {}
    for example, printed in EXAMPLES:
        exec(example, names)
        assert capsys.readouterr().out == printed, example
    pictures = {path.name for path in tmp_path.glob("*.png")}
    assert pictures == {"lake.png", "lake-1.png", "lake-2.png", "dry.png"}
    edited = names["edited"]
    assert edited.before.shape == edited.after.shape == (3 * 16, 4 * 16, 3)
    assert (edited.before != edited.after).any()


def test_every_public_name_is_on_the_page() -> None:
    assert {name for name in tilebake.__all__ if not re.search(rf"\b{name}\b", PAGE)} == set()


def test_every_block_of_output_belongs_to_an_example() -> None:
    assert PAGE.count("```text") == sum(bool(printed) for _, printed in EXAMPLES)
