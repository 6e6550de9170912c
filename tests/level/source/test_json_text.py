"""Where things stand in a JSON text, and what is said of a text that is no JSON. Word for word."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.errors import MapError
from tilebake.level.source.encoding import position
from tilebake.level.source.json_positions import JsonPath, find, path_text, snippet, spots
from tilebake.level.source.json_text import JsonText
from tilebake.level.tilemap import parse_map

MISTAKES = {
    "an empty file": (
        "",
        '1:1: $: the file is empty; write a map, which begins with {"tilebake": 1',
    ),
    "a blank file": (
        " \n\n",
        '1:1: $: the file is empty; write a map, which begins with {"tilebake": 1',
    ),
    "no JSON": (
        "hello",
        '1:1: $: not JSON: a value is due here, not "hello"; write a number, a "text", true, '
        "false, null, [...] or {...}",
    ),
    "a word of Python": (
        '{"tilebake": 1, "name": None}',
        '1:25: $.name: not JSON: a value is due here, not "None"; write a number, a "text", '
        "true, false, null, [...] or {...}",
    ),
    "cut off inside a text": (
        '{"tilebake": 1,\n "rows": ["gg',
        "2:11: $.rows[0]: the file ends before the map is complete; save it again, or close "
        "what is open here",
    ),
    "cut off inside a list": (
        '{"tilebake": 1,\n "rows": ["gg"',
        "2:15: $.rows[0]: the file ends before the map is complete; save it again, or close "
        "what is open here",
    ),
    "cut off before a value": (
        '{"tilebake": 1,\n "rows":',
        "2:9: $.rows: the file ends before the map is complete; save it again, or close what is open here",
    ),
    "a trailing comma in a list": (
        '{"tilebake": 1,\n "rows": ["gg",]}',
        "2:15: $.rows[0]: a comma before a closing bracket; remove the comma",
    ),
    "a trailing comma in an object": (
        '{"tilebake": 1,\n "name": "a",\n}',
        "2:13: $.name: a comma before a closing bracket; remove the comma",
    ),
    "single quotes": (
        "{'tilebake': 1}",
        '1:2: $: single quotes; put "double quotes" around texts and keys',
    ),
    "a comment": (
        '{"tilebake": 1, // version\n}',
        "1:17: $: JSON has no comments; remove it",
    ),
    "a missing comma": (
        '{"tilebake": 1\n "name": "x"}',
        "2:2: $.tilebake: a comma or a closing bracket is missing before this; add it",
    ),
    "a missing colon": (
        '{"tilebake" 1}',
        "1:13: $.tilebake: a colon is missing before this; add it",
    ),
    "text after the map": (
        '{"tilebake": 1}\n}',
        "2:1: $: text after the end of the map; remove it, or check that brackets match",
    ),
    "a line break in a text": (
        '{"tilebake": 1, "name": "a\nb"}',
        "1:27: $.name: a line break or control character inside a text; close the quotes, or write \\n",
    ),
    "a lone backslash": (
        '{"tilebake": 1, "model": "models\\sdxl"}',
        "1:33: $.model: a backslash that JSON does not know; write \\\\ for a backslash",
    ),
    "a key without quotes": (
        "{tilebake: 1}",
        '1:2: $: a key is due here; put "double quotes" around it',
    ),
    "a key given twice": (
        '{"tilebake": 1,\n "name": "a",\n "name": "b"}',
        '3:2: $.name: the key "name" is given twice; remove one of the two',
    ),
    "NaN": (
        '{"tilebake": 1,\n "seed": NaN}',
        "2:10: $.seed: NaN and Infinity are not numbers of JSON; write a finite number",
    ),
    "minus infinity": (
        '{"tilebake": 1,\n "settings": {"mask_sigma": -Infinity}}',
        "2:29: $.settings.mask_sigma: NaN and Infinity are not numbers of JSON; write a finite number",
    ),
    "half a character": (
        '{"tilebake": 1,\n "name": "\\ud800"}',
        "2:10: $.name: a lone surrogate: half of a character; write the whole character",
    ),
    "half a character in a key": (
        '{"tilebake": 1,\n "\\ud800": 1}',
        "2:2: $: a lone surrogate: half of a character; write the whole character",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_an_error_at_a_path_names_its_line_and_column(text: str, message: str) -> None:
    with pytest.raises(MapError) as caught:
        parse_map(text, path=Path("maps/level.json"))
    assert str(caught.value) == f"{Path('maps/level.json')}:{message}"


def test_json_is_read_as_it_is() -> None:
    text = '{"a": [1, 2.5, "x\\u00e9", null, true], "b": {"c": {}}}'
    assert JsonText(text).parse() == {"a": [1, 2.5, "xé", None, True], "b": {"c": {}}}


@pytest.mark.parametrize("token", ["64.0", "6.4e1", "64", "640e-1"])
def test_a_whole_number_is_whole_however_it_is_written(token: str) -> None:
    value = JsonText(token).parse()
    assert value == 64
    assert isinstance(value, int)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 1, 1),
        (("name",), 2, 11),
        (("rows", 1), 4, 11),
        (("terrains", "dark grass", "prompt"), 5, 41),
        (("rows", 9), 3, 11),
        (("nowhere", "at", "all"), 1, 1),
    ],
)
def test_a_path_is_found_or_what_is_nearest_above_it(path: JsonPath, line: int, column: int) -> None:
    text = (
        "{\n"
        '  "name": "[not a list]",\n'
        '  "rows": ["gg",\n'
        '          "ww"],\n'
        '  "terrains": {"dark grass": {"prompt": "x"}}\n'
        "}"
    )
    assert position(text, find(text, path).at) == (line, column)


@pytest.mark.parametrize(
    ("row", "index", "column"),
    [('"gx"', 1, 3), (r'"\"x"', 1, 4), (r'"\u0067x"', 1, 8), (r'"\ud83c\udf32x"', 1, 14), ('"🌲x"', 1, 3)],
)
def test_a_character_is_found_behind_escapes(row: str, index: int, column: int) -> None:
    error = JsonText(row).error_at("here", character=index)
    assert (error.where.line, error.where.column) == (1, column)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ((), "$"),
        (("terrains", "grass", "prompt"), "$.terrains.grass.prompt"),
        (("cells", 3, 2), "$.cells[3][2]"),
        (("terrains", "dark grass"), '$.terrains["dark grass"]'),
        (("a.b", "", "é"), '$["a.b"][""]["é"]'),
    ],
)
def test_paths_are_shown_as_they_are_written(path: JsonPath, said: str) -> None:
    assert path_text(path) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("grass", '"grass"'),
        ('"', r'"\""'),
        ("é", '"é"'),
        ("\x1b[2J", r'"\u001b[2J"'),
        ("\ud800", r'"\ud800"'),
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ({"a": 1}, "an object"),
        ([1], "a list"),
        (10**400, "a huge number"),
        ("g" * 99, '"' + "g" * 55 + '…"'),
    ],
)
def test_values_are_shown_short_and_harmless(value: object, said: str) -> None:
    assert snippet(value) == said


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


def walk(value: object, path: JsonPath = ()) -> list[tuple[JsonPath, object]]:
    """Each value with its path, parents first: the plain recursion that `spots` does without."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(path, value), *(found for key, item in items for found in walk(item, (*path, key)))]


@given(json_values, st.sampled_from([None, 1]), st.booleans())
def test_every_value_has_its_spot(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    decoder = json.JSONDecoder()
    assert [(spot.path, decoder.raw_decode(text, spot.at)[0]) for spot in spots(text)] == walk(value)


@given(st.text(alphabet='{}[]",:\\ 1ae\n', max_size=40))
def test_broken_texts_have_spots_too(text: str) -> None:
    assert all(0 <= spot.at < spot.end <= len(text) for spot in spots(text))
