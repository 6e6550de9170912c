"""Test what is proposed for tiles that nobody has named, in scenes drawn as games have them."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.godot.harness.drawn_scenes import SCENES, make_drawn_scenes
from tests.godot.harness.engine import ADDON_PROJECT, SCRIPTS, Engine, write_project

Proposals = Mapping[str, dict[str, Any]]  # by scene and layer
STAYS: Final = "-"


@pytest.fixture(scope="module")
def proposals(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Proposals:
    """Ask the addon for its proposals, without an editor."""
    project = write_project(tmp_path_factory.mktemp("proposals") / "game", {})
    make_drawn_scenes(engine, project)
    paths = [each["path"] for each in SCENES]
    run = engine.script(project, SCRIPTS / "export/print_proposals.gd", *paths).check()
    found = [json.loads(line) for line in run.lines("PROPOSED ")]
    return {f"{each['scene']} {each['layer']}": each for each in found}


def words(proposals: Proposals, layer: str) -> list[str]:
    """Return the words for a layer's tiles, in the order of its sheet."""
    by_tile: dict[str, str] = proposals[layer]["words"]
    return [word for _, word in sorted(by_tile.items())]


def test_every_word_that_is_proposed_is_known_to_the_model() -> None:
    names = ADDON_PROJECT / "addons/tilebake/core/names"
    known = json.loads((names / "known_words.json").read_text(encoding="utf-8"))
    nouns = [each["nouns"] for each in known["terrains"].values()]
    assert set(known["synonyms"].values()) <= {noun for each in nouns for noun in each}
    guess = (names / "name_guess.gd").read_text(encoding="utf-8")
    for name in ("_SEEN", "_BUILT", "_COVERS"):
        (listed,) = re.findall(rf"const {name}: PackedStringArray = \[(.*?)\]", guess, re.DOTALL)
        assert set(re.findall(r'"([^"]+)"', listed)) <= {each[0] for each in nouns}, name


def test_tiles_are_named_by_their_pictures(proposals: Proposals) -> None:
    assert words(proposals, "island Map") == [
        "grass",
        "forest",
        "stone",
        "water",
        "sand",
        "snow",
        "deep water",
    ]
    assert words(proposals, "dungeon Floor") == ["stone", "dirt", "lava"]


def test_grass_over_earth_is_grass_and_what_is_mostly_air_stays_a_tile(proposals: Proposals) -> None:
    assert words(proposals, "platformer TileMapLayer") == ["grass", "dirt", "stone", STAYS, STAYS, "water"]


def test_the_name_of_a_default_terrain_counts_as_none(proposals: Proposals) -> None:
    assert words(proposals, "town Ground") == [
        "grass",
        "cobblestone path",
        "water",
        "grass",
        "grass",
        "sand",
        "forest",
    ]


def test_the_dark_of_a_cave_stays_as_it_is(proposals: Proposals) -> None:
    assert words(proposals, "caves TileMapLayer2") == ["caves", "stone", STAYS]


@pytest.mark.parametrize(
    ("layer", "use"),
    [
        ("town Ground", "PAINTED"),
        ("town Houses", "ON_TOP"),
        ("town Trees", "ON_TOP"),
        ("dungeon Floor", "PAINTED"),
        ("dungeon Walls", "ON_TOP"),
        ("platformer TileMapLayer", "PAINTED"),
        ("caves TileMapLayer2", "PAINTED"),
        ("caves TileMapLayer3", "ON_TOP"),  # a few tiles; the name is Godot's own, and says nothing
    ],
)
def test_ground_is_painted_and_what_stands_on_it_stays(proposals: Proposals, layer: str, use: str) -> None:
    assert proposals[layer]["use"] == use
