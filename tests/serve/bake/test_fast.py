"""A fast bake is a preview, and a full bake takes its place."""

import json
from pathlib import Path

import pytest

from tilebake.level.settings import BakeSettings, SettingsOverride
from tilebake.request import BakeRequest
from tilebake.serve.bake.model.preview import preview_of_prompt
from tilebake.serve.bake.plan import BakeOptions, Planner


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    file = tmp_path / "lake.json"
    content = {"tilebake": 1, "terrains": {"g": "grass"}, "legend": {"g": "g"}, "rows": ["ggg"]}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def request_of(map_file: Path, *, is_fast: bool, **given: object) -> BakeRequest:
    options = BakeOptions(SettingsOverride.model_validate(given), is_fast=is_fast)
    return Planner(options).plan(map_file, Path(map_file.name)).request


def test_a_fast_bake_has_smaller_tiles_and_fewer_steps_and_another_digest(map_file: Path) -> None:
    full, fast = (request_of(map_file, is_fast=each) for each in (False, True))
    assert (full.settings.pixels_per_tile, full.settings.steps) == (64, 10)
    assert (fast.settings.pixels_per_tile, fast.settings.steps) == (32, 4)
    assert fast.settings.scheduler == "dpmpp_2m"
    assert fast.digest() != full.digest()
    assert fast.tilemap == full.tilemap


def test_what_is_given_beside_it_stays(map_file: Path) -> None:
    settings = request_of(map_file, is_fast=True, pixels_per_tile=48, steps=6).settings
    assert (settings.pixels_per_tile, settings.steps) == (48, 6)


@pytest.mark.parametrize(("width", "steps"), [(24, 4), (16, 3)])
def test_it_is_never_more_than_the_map_asks_for(width: int, steps: int, map_file: Path) -> None:
    content = json.loads(map_file.read_text(encoding="utf-8"))
    content["settings"] = {"pixels_per_tile": width, "steps": steps}
    map_file.write_text(json.dumps(content), encoding="utf-8")
    settings = request_of(map_file, is_fast=True).settings
    assert (settings.pixels_per_tile, settings.steps) == (width, steps)


def test_a_prompt_without_a_map_is_painted_in_fewer_steps() -> None:
    full = BakeSettings(steps=10, scheduler="dpmpp_2m_karras", guidance_scale=3.0)
    expected = full.model_copy(update={"steps": 4, "scheduler": "dpmpp_2m"})
    assert preview_of_prompt(full, {"guidance_scale"}) == expected
    assert preview_of_prompt(full, {"steps"}).steps == 10
