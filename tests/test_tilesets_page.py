"""The page on TileSets is so: its maps are read, its commands parsed, its files those that are written."""

import re
from pathlib import Path

import pytest

from tests.test_readme import blocks, commands_of, parse
from tilebake.level.tilemap import parse_map
from tilebake.serve.tilesets.beside import names_beside

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tilesets.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", blocks("json", TEXT))
def test_maps_are_maps(text: str) -> None:
    tilemap = parse_map(text)
    assert tilemap.wrap == "both"
    assert not tilemap.notes


@pytest.mark.parametrize("arguments", commands_of("tilebake", TEXT), ids=" ".join)
def test_commands_parse(arguments: list[str]) -> None:
    parse(arguments)


def test_the_files_that_are_named_are_those_that_are_written() -> None:
    named = re.findall(r"^\| `(dunes\.[a-z.]+)` \|", TEXT, re.MULTILINE)
    from tilebake.level.settings import BakeSettings
    from tilebake.request import BakeRequest

    request = BakeRequest(parse_map(blocks("json", TEXT)[0]), BakeSettings(), "", "", 0)
    beside = names_beside(Path("dunes.png"), request)
    assert sorted(named) == sorted(["dunes.png", "dunes.bake.json", *beside])
