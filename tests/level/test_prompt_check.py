"""What is wrong or odd with a prompt is told with its place, before any model is loaded."""

import json
from pathlib import Path

import pytest

from tilebake.errors import MapError, ProjectError
from tilebake.level.project import find_project
from tilebake.level.tilemap import MOST_TERRAINS, TileMap, parse_map, read_map

TOML = """
style = "{style}"
negative_prompt = "{negative}"
[terrains]
grass = "{grass}"
lava = "((lava"
"""


def read(folder: Path, style: str = "", negative: str = "", grass: str = "grass", **keys: object) -> TileMap:
    toml = TOML.format(style=style, negative=negative, grass=grass)
    (folder / "tilebake.toml").write_text(toml, encoding="utf-8")
    content = {"tilebake": 1, "legend": {"g": "grass"}, "rows": ["gg"], **keys}
    (folder / "a.json").write_text(json.dumps(content), encoding="utf-8")
    return read_map(folder / "a.json", find_project(folder))


def test_a_broken_prompt_that_no_tile_needs_stops_nothing(tmp_path: Path) -> None:
    assert read(tmp_path).notes == ()


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ({"grass": "((moss"}, "tilebake.toml:5:1: terrains.grass: terrain 'grass'"),
        ({"negative": "mud)"}, "tilebake.toml:3:1: negative_prompt: negative prompt"),
        ({"style": "[oil:0.5]"}, "tilebake.toml:2:1: style: base prompt with the style"),
        ({"base_prompt": "(moss"}, "a.json:1:74: $.base_prompt: base prompt"),
        (
            {"terrains": {"grass": {"negative_prompt": "(x:900)"}}},
            "$.terrains.grass.negative_prompt: negative",
        ),
    ],
)
def test_a_broken_prompt_is_refused_where_it_stands(
    tmp_path: Path, broken: dict[str, object], place: str
) -> None:
    with pytest.raises((MapError, ProjectError)) as caught:
        read(tmp_path, **broken)  # type: ignore[arg-type]
    assert place in str(caught.value)


def test_tags_of_other_tools_are_noted_where_they_stand(tmp_path: Path) -> None:
    notes = read(tmp_path, grass="BREAK grass", base_prompt="a {dry|wet} map").notes
    assert [str(note.where).removeprefix(str(tmp_path)).lstrip("/\\") for note in notes] == [
        "a.json:1:74: $.base_prompt",
        "tilebake.toml:5:1: terrains.grass",
    ]
    assert notes[1].what.startswith("terrain 'grass': 'BREAK' at character 1 is read as plain words")


def test_a_decimal_comma_paints_what_a_point_paints(tmp_path: Path) -> None:
    assert read(tmp_path, grass="(mossy:1,4) grass") == read(tmp_path, grass="(mossy:1.4) grass")


def test_more_terrains_than_one_picture_can_have_are_refused() -> None:
    def of(count: int) -> str:
        names = [f"t{index}" for index in range(count)]
        cells = [[index % 100, index // 100, name] for index, name in enumerate(names)]
        return json.dumps({"tilebake": 1, "terrains": dict.fromkeys(names, "grass"), "cells": cells})

    assert len(parse_map(of(MOST_TERRAINS)).terrains) == MOST_TERRAINS
    with pytest.raises(MapError, match=r"1,600 terrains; at most 512"):
        parse_map(of(1_600))
