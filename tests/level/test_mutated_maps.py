"""Whatever a map file holds, reading it gives a TileMap or a MapError.

TILEBAKE_MUTATIONS sets how many maps are tried; each test tries as many.
"""

import json
import os
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tilebake.errors import MapError
from tilebake.level.tilemap import TileMap, parse_map

MUTATIONS = int(os.environ.get("TILEBAKE_MUTATIONS", "500"))
EDITED = """{
  "tilebake": 1, "base_prompt": "a map", "legend": {"g": "grass", "w": "water"}, "rows": ["ggw"],
  "terrains": {"grass": "lush (green:1.2) grass", "water": "deep water"},
  "edit": {
    "base_prompt": "a map in snow",
    "terrains": {
      "grass": {"prompt": "dry grass", "align": "replace", "cross_replace_steps": 0.5,
                "reweight": {"dry": 3}, "threshold": 0.3, "average": true, "compress": 0.5},
      "water": "frozen water"
    },
    "self_replace_steps": 0.2, "source_steps": 0.1, "local_blend": ["dry", "water"],
    "from_scene": ["water"]
  }
}"""
FILES = sorted((Path(__file__).parents[2] / "maps").glob("*.json"))
SAMPLES = [*(file.read_text(encoding="utf-8") for file in FILES), EDITED]

many = settings(max_examples=MUTATIONS, database=None)
fragments = st.one_of(
    st.text(max_size=3),
    st.sampled_from(
        [
            *'{}[]",:\\',
            "null",
            "NaN",
            "-Infinity",
            "1e999",
            "-0.0",
            "64.0",
            "9" * 5000,
            "[" * 2000,
            "\\ud800",
            "\ufeff",
        ]
    ),
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["", "g", "grass", "stacked", "hexagonal", "isometric", "vertical", 0, 1, 64, 0.5, 10**9, 10**400]
    ),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def read(text: str | bytes) -> TileMap | MapError:
    try:
        return parse_map(text, path=Path("level.json"))
    except MapError as refusal:
        return refusal


def reads_or_refuses(text: str | bytes) -> None:
    outcome = read(text)
    if isinstance(outcome, TileMap):
        assert {tile.terrain for tile in outcome.tiles} == {terrain.name for terrain in outcome.terrains}
        return
    assert outcome.where.line or "picture, not a text" in outcome.what  # which has no lines
    assert outcome.hint
    assert str(outcome).isprintable()


@st.composite
def edited_texts(draw: st.DrawFn) -> str:
    """A sample with a few places overwritten, cut out, filled in, or with its end cut off."""
    text = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(fragments) + text[at + draw(st.sampled_from([0, 0, 1, 1, 2, 20])) :]
    return text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 4)) == 0 else text


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each (container, key) in a JSON value."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in ((value, key), *places(value[key]))]


@st.composite
def edited_values(draw: st.DrawFn) -> str:
    """A sample with a few of its values changed, removed, doubled or given under another key."""
    level = json.loads(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(places(level)))
        match draw(st.integers(0, 3)):
            case 0:
                container[key] = draw(values)
            case 1:
                del container[key]
            case 2 if isinstance(container, dict):
                container[draw(st.sampled_from(["rows", "cells", "weight", "centre", "origin", "x"]))] = draw(
                    values
                )
            case _:
                other, other_key = draw(st.sampled_from(places(level) or [(container, key)]))
                container[key] = json.loads(json.dumps(other[other_key]))
        if not places(level):
            break
    return json.dumps(level)


@many
@given(edited_texts())
def test_an_edited_text_is_read_or_refused(text: str) -> None:
    reads_or_refuses(text)


@many
@given(edited_values())
def test_edited_values_are_read_or_refused(text: str) -> None:
    reads_or_refuses(text)


@many
@given(st.sampled_from(SAMPLES), st.binary(max_size=8), st.integers(0, 400), st.integers(0, 4))
def test_edited_bytes_are_read_or_refused(sample: str, inserted: bytes, at: int, removed: int) -> None:
    data = sample.encode()
    reads_or_refuses(data[:at] + inserted + data[at + removed :])
