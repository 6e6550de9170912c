"""Cells that are read as columns are those that are read one by one, and so is every mistake."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilebake.errors import MapError
from tilebake.level.map import json_cells, json_map
from tilebake.level.map.json_cells import parse_cells
from tilebake.level.source.json_text import JsonText
from tilebake.level.tilemap import TileMap, parse_map

HEAD: dict[str, Any] = {"tilebake": 1, "base_prompt": "map", "terrains": {"a": "grass", "b]": "water"}}
places = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=12)
oddities = st.sampled_from(
    [
        None,
        [],
        {},
        [1, 2],
        [True, 1, "a"],
        [1, 2, 3],
        [1, 2, " "],
        [9**9, 1, "a"],
        [9**30, 1, "a"],
        [1, 2, "a", 0],
        {"x": 30, "y": 1, "terrain": "a"},
        [30, 1, "a", 1952, 96],
        [1.5, 1, "a"],
        [1, 2, "\ud800"],
        [[1], 2, "a"],
    ]
)


def outcome(text: str) -> TileMap | str:
    try:
        return parse_map(text)
    except MapError as error:
        return f"{error} {error.hint}"


def outcome_one_by_one(text: str, monkeypatch: pytest.MonkeyPatch) -> TileMap | str:
    """The same, where no cells are read as columns."""
    with monkeypatch.context() as patch:
        patch.setattr(json_map, "parse_cells", {}.get)
        return outcome(text)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A map of cells, mostly right, with or without spaces and centres, or a piece of its text changed."""
    size, layers = draw(st.sampled_from([64, 16])), draw(st.lists(places, min_size=1, max_size=3))
    with_centres = draw(st.booleans())

    def cell(x: int, y: int) -> list[Any]:
        own = [x, y, draw(st.sampled_from(["a", "a", "b]", "c"]))]
        return [*own, (x + 0.5) * size, (y + 0.5) * size] if with_centres else own

    blocks: list[dict[str, Any]] = [{"cells": [cell(x, y) for x, y in cells]} for cells in layers]
    if draw(st.integers(0, 4)) == 0:
        blocks[0]["cells"].insert(draw(st.integers(0, len(blocks[0]["cells"]))), draw(oddities))
    tiles = blocks[0] if len(blocks) == 1 else {"layers": blocks}
    separators = draw(st.sampled_from([(",", ":"), (" , ", " : "), (",\n\t", ": ")]))
    text = json.dumps({**HEAD, "tile_size": size, **tiles}, separators=separators)
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from([",", "[", "]", '"', "NaN", "0"]))
            + text[at + draw(st.integers(0, 2)) :]
        )
    return text


@pytest.mark.parametrize("piece", [1, 20, json_cells.PIECE])
@given(text=texts())
def test_columns_are_what_cells_are_one_by_one(piece: int, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_cells, "PIECE", piece)
        assert outcome(text) == outcome_one_by_one(text, patch)


def draw_map(cells: object, **keys: Any) -> str:
    return json.dumps({**HEAD, "terrains": {"a": "grass", "b": "water"}, "cells": cells, **keys})


def test_plain_cells_are_read_as_columns() -> None:
    parsed = parse_cells(JsonText(draw_map([[2, 1, "b"], [0, 0, "a"], [1, 1, "b"]])))
    assert parsed is not None
    cells = parsed.columns[("cells",)]
    assert (cells.names, [*cells.terrain], [*cells.x], [*cells.y]) == (
        ("b", "a"),
        [0, 1, 0],
        [2, 0, 1],
        [1, 0, 1],
    )


@pytest.mark.parametrize(
    "cells",
    [
        [[0, 0, "a"], [0, 0, "b"]],
        [[0, 0, "a"], [1, 0, "b", 96, 32]],
        [[0, 0, "a"], {"x": 1, "y": 0, "terrain": "b"}],
        [{"x": 1, "y": 0, "terrain": "b"}],
        [[True, 0, "a"]],
        [[0, 0, "a"], [1, 0]],
        [],
    ],
)
def test_unusual_cells_are_left_to_the_ordinary_way(cells: object) -> None:
    assert parse_cells(JsonText(draw_map(cells))) is None


@pytest.mark.parametrize(
    "text",
    [
        draw_map([[0, 0, "a"]]).replace("]]", "],]"),
        draw_map([[0, 0, "a"]])[:-2],
        draw_map([[0, 0, "a"]]) + "]",
        draw_map([[0, 0, "a"]], name=float("nan")),
        draw_map([[0, 0, "a"]], terrain={"cells": [[0, 0, "a"]]}),
    ],
)
def test_broken_texts_are_left_to_the_ordinary_way(text: str) -> None:
    assert parse_cells(JsonText(text)) is None


def test_a_text_that_quotes_cells_is_no_array_of_them() -> None:
    quoted = '"cells": [[7, 7, "a"]]'
    text = draw_map([[0, 0, "a"]], name=quoted)
    tilemap = parse_map(text)
    assert (tilemap.name, [(tile.x, tile.y) for tile in tilemap.tiles]) == (quoted, [(0, 0)])
