"""File names: which are maps, and what a map's picture is called."""

from pathlib import Path

import pytest

from tilebake.level.map_names import map_stem, may_be_map


@pytest.mark.parametrize("name", ["shore.json", "shore.JSON", "shore.tilebake.json", "shore.Tilebake.Json"])
def test_map_stem_drops_the_ending_in_any_case(name: str) -> None:
    assert map_stem(Path("maps") / name) == "shore"
    assert may_be_map(name)


@pytest.mark.parametrize("name", ["shore.bake.json", ".json", "shore.png", "json"])
def test_records_and_other_files_are_no_maps(name: str) -> None:
    assert not may_be_map(name)
