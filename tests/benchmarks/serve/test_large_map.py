"""The maps that are measured: all of them can be read, and equal ones are equal."""

import json
from pathlib import Path

import pytest

from benchmarks.serve.large_map import MAPS, STAGES, handle
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.request import BakeRequest


def digest(form: str) -> str:
    tilemap = parse_map(json.dumps(MAPS[form](12)))
    return BakeRequest(tilemap, BakeSettings(), "embedded", "m", 1).digest()


@pytest.mark.parametrize("form", [*MAPS])
def test_every_stage_of_a_map_is_measured(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"{form}.json"
    path.write_text(json.dumps(MAPS[form](12)), encoding="utf-8")
    found = handle(path)
    assert {*found} == {*STAGES, "peak", "imported_numpy"}


def test_one_map_is_one_in_whatever_way_it_is_written() -> None:
    assert digest("rows") == digest("cells") == digest("centres") == digest("shuffled")
