"""Names of terrains that look alike are one name, however a keyboard or a system spells their accents."""

import json
from pathlib import Path
from typing import Any

import pytest

from tilebake.errors import MapError, ProjectError
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.level.project import find_project
from tilebake.level.tilemap import TileMap, parse_map, read_map

COMPOSED, TAKEN_APART = "h\u00f6hle", "ho\u0308hle"
SPELLINGS = [(COMPOSED, TAKEN_APART), (TAKEN_APART, COMPOSED), (TAKEN_APART, TAKEN_APART)]


def level(**keys: Any) -> TileMap:
    return parse_map(json.dumps({"tilebake": 1, "base_prompt": "map", **keys}, ensure_ascii=False))


@pytest.mark.parametrize(("described", "used"), SPELLINGS)
@pytest.mark.parametrize("form", ["rows", "cells", "objects", "layers"])
def test_a_terrain_is_found_in_either_spelling(described: str, used: str, form: str) -> None:
    tiles: dict[str, Any] = {
        "rows": {"legend": {"h": used}, "rows": ["h"]},
        "cells": {"cells": [[0, 0, used]]},
        "objects": {"cells": [{"x": 0, "y": 0, "terrain": used}]},
        "layers": {"layers": [{"cells": [[0, 0, used]]}]},
    }[form]
    tilemap = level(terrains={described: "dark cave"}, **tiles)
    assert [(each.name, each.prompt) for each in tilemap.terrains] == [(COMPOSED, "dark cave")]
    assert tilemap == level(terrains={COMPOSED: "dark cave"}, cells=[[0, 0, COMPOSED]])


def test_two_spellings_in_the_tiles_are_one_terrain() -> None:
    tilemap = level(terrains={COMPOSED: "cave"}, cells=[[0, 0, COMPOSED], [1, 0, TAKEN_APART]])
    assert [each.name for each in tilemap.terrains] == [COMPOSED]
    assert len({tile.terrain for tile in tilemap.tiles}) == 1


@pytest.mark.parametrize(("shared", "used"), SPELLINGS)
def test_a_map_meets_the_terrains_of_its_project(tmp_path: Path, shared: str, used: str) -> None:
    (tmp_path / "tilebake.toml").write_text(f'[terrains]\n"{shared}" = "dark cave"\n', "utf-8")
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"tilebake": 1, "legend": {"h": used}, "rows": ["h"]}), "utf-8")
    tilemap = read_map(path, find_project(path))
    assert [(each.name, each.prompt) for each in tilemap.terrains] == [(COMPOSED, "dark cave")]


@pytest.mark.parametrize(("own", "edited"), SPELLINGS)
def test_an_edit_and_a_trial_meet_their_terrain(own: str, edited: str) -> None:
    keys: dict[str, Any] = {"terrains": {own: "dark cave"}, "cells": [[0, 0, own]]}
    edit = {"terrains": {edited: "bright cave"}, "from_scene": [edited]}
    kept = level(**keys, edit=edit)
    assert kept.edit is not None
    assert [*kept.edit.rewrites] == [COMPOSED]
    text = json.dumps({"tilebake": 1, "base_prompt": "map", **keys})
    assert parse_map(text, trial=EditEntry.model_validate(edit)).edit == kept.edit


@pytest.mark.parametrize("name", [COMPOSED, TAKEN_APART])
def test_a_terrain_is_asked_for_in_either_spelling(name: str) -> None:
    tilemap = level(terrains={TAKEN_APART: "cave"}, cells=[[0, 0, COMPOSED]])
    assert tilemap.index_of(name) == 0


def test_two_descriptions_of_one_terrain_are_refused_at_the_second() -> None:
    with pytest.raises(MapError, match="there twice, in two spellings") as raised:
        level(terrains={COMPOSED: "a", TAKEN_APART: "b"}, cells=[[0, 0, COMPOSED]])
    assert raised.value.where is not None
    assert raised.value.where.column == 1 + json.dumps(
        {"tilebake": 1, "base_prompt": "map", "terrains": {COMPOSED: "a", TAKEN_APART: "b"}},
        ensure_ascii=False,
    ).index(f'"{TAKEN_APART}"')
    edit = {"terrains": {COMPOSED: "a", TAKEN_APART: "b"}}
    with pytest.raises(MapError, match="there twice, in two spellings"):
        level(terrains={COMPOSED: "a"}, cells=[[0, 0, COMPOSED]], edit=edit)


def test_two_descriptions_in_a_project_are_refused(tmp_path: Path) -> None:
    text = f'[terrains]\n"{COMPOSED}" = "a"\n"{TAKEN_APART}" = "b"\n'
    (tmp_path / "tilebake.toml").write_text(text, "utf-8")
    with pytest.raises(ProjectError, match="there twice, in two spellings"):
        find_project(tmp_path)


def test_a_mistake_in_a_terrain_taken_apart_has_its_place() -> None:
    with pytest.raises(MapError) as raised:
        level(terrains={TAKEN_APART: "((moss"}, cells=[[0, 0, COMPOSED]])
    text = json.dumps(
        {"tilebake": 1, "base_prompt": "map", "terrains": {TAKEN_APART: ""}}, ensure_ascii=False
    )
    assert raised.value.where is not None
    assert raised.value.where.column == text.index('""') + 1
