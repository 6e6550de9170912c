"""Which of the judge's terrains a map's terrain is, by its words."""

import pytest

from tilebake.level.terrain import Terrain
from tilebake.paint.judge.vocabulary import judge_name
from training.terrain.catalog import NOUNS


@pytest.mark.parametrize(
    ("prompt", "name", "expected"),
    [
        ("dark deep water", "deep", "deep_water"),
        ("clear blue water", "shallows", "water"),
        ("golden wheat field", "wheat", "wheat_field"),
        ("cobblestone path", "path", "cobblestone"),
        ("Mossy STONE", "rock", "stone"),
        ("snowy forest", "forest", "forest"),
        ("a grassy place, (mossy:1.4) rock", "x", "stone"),
        ("something soft", "sand", "sand"),
    ],
)
def test_a_terrain_is_known_by_the_longest_noun_of_its_prompt(prompt: str, name: str, expected: str) -> None:
    assert judge_name(Terrain(name, prompt), NOUNS) == expected


def test_a_terrain_without_a_known_noun_is_none_of_the_judges() -> None:
    assert judge_name(Terrain("nowhere", "utter nothingness"), NOUNS) is None
    assert judge_name(Terrain("watery", "iceberg"), NOUNS) is None
