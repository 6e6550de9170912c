"""A member put into the text of an object: the rest stays as somebody wrote it."""

import json

import pytest

from tilebake.level.source.json_edit import (
    with_inner_member,
    with_member,
    without_inner_member,
    without_member,
)

EDIT = {"terrains": {"grass": 'dry "yellow" grässe'}}
LINES = '{\n    "a": [1,  2],\n\n    "b": {"x":1.0}\n}\n'
ONE_LINE = '{"a":[1,2],"b":"}"}'
WINDOWS = '{\r\n\t"a": 1,\r\n\t"b": "\\u00e4, \\"x\\": {"\r\n}'
TEXTS = [
    LINES,
    ONE_LINE,
    WINDOWS,
    '{"a": 1}',
    ' { "a" : 1 } ',
    '{"a": {"edit": 1, "b": [{"edit": 2}]}, "b": 3}',
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_member_comes_last_and_goes_without_a_trace(text: str) -> None:
    added = with_member(text, "edit", EDIT)
    assert json.loads(added) == json.loads(text) | {"edit": EDIT}
    assert [*json.loads(added)][-1] == "edit"
    assert without_member(added, "edit") == text


@pytest.mark.parametrize("text", TEXTS)
def test_a_member_is_changed_where_it_stands(text: str) -> None:
    changed = with_member(text, "a", EDIT)
    assert json.loads(changed) == json.loads(text) | {"a": EDIT}
    assert [*json.loads(changed)] == [*json.loads(text)]
    head, tail = text.index('"a"'), len(text) - text.rindex("}")
    assert changed[:head] == text[:head]
    assert changed[-tail:] == text[-tail:]


def test_members_in_front_of_others_are_taken_out_with_their_comma() -> None:
    assert without_member(LINES, "a") == '{\n    "b": {"x":1.0}\n}\n'
    assert without_member(ONE_LINE, "a") == '{"b":"}"}'
    assert without_member(ONE_LINE, "c") == ONE_LINE


def test_a_member_is_laid_out_as_its_neighbours_are() -> None:
    added = '    "c": {\n        "x": {\n            "y": 1\n        }\n    }\n}\n'
    assert with_member(LINES, "c", {"x": {"y": 1}}) == LINES.removesuffix("\n}\n") + ",\n" + added
    assert with_member(WINDOWS, "c", [1]).endswith('",\r\n\t"c": [\r\n\t\t1\r\n\t]\r\n}')
    assert with_member('{"a": 1}', "c", {"x": 1}) == '{"a": 1, "c": {"x": 1}}'


@pytest.mark.parametrize("text", TEXTS)
def test_an_inner_member_comes_and_goes_without_a_trace(text: str) -> None:
    added = with_inner_member(text, "edit", "seed", 7)
    assert json.loads(added) == json.loads(text) | {"edit": {"seed": 7}}
    more = with_inner_member(added, "edit", "steps", [1])
    assert json.loads(more)["edit"] == {"seed": 7, "steps": [1]}
    assert without_inner_member(more, "edit", "steps") == added
    assert without_inner_member(added, "edit", "seed") == text
    assert without_inner_member(text, "edit", "seed") == text


def test_an_inner_member_is_laid_out_as_its_neighbours_are() -> None:
    text = '{\n  "a": {\n    "x": 1\n  },\n  "b": {}\n}'
    assert with_inner_member(text, "a", "y", 2) == text.replace('"x": 1', '"x": 1,\n    "y": 2')
    assert json.loads(with_inner_member(text, "b", "y", 2))["b"] == {"y": 2}
