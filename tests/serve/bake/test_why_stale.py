"""A stale texture says what changed, as far as its record knows."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tilebake.level.edit.edit import Edit, Refine, Rewrite
from tilebake.level.settings import BakeSettings, SettingsOverride, apply
from tilebake.level.terrain import EmbeddingRef, LoraRef, Terrain
from tilebake.level.tilemap import parse_map
from tilebake.request import BakeRequest
from tilebake.serve.bake.publish import publish
from tilebake.serve.bake.why_stale import explain_changes
from tilebake.serve.owners.ownership import read_record, record_path
from tilebake.texture import Texture

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "base_prompt": "a map",
    "terrains": {"grass": "grass", "water": "water"},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["ggg", "ggw"],
}


def request_for(**keys: object) -> BakeRequest:
    return BakeRequest(parse_map(json.dumps({**MAP, **keys})), BakeSettings(steps=10), "embedded", "abc", 1)


WAS = request_for()
LORA = ((LoraRef("/a/ink.safetensors", 0.5), "d1"),)
MOSS = (EmbeddingRef("mossy-style", "moss.safetensors"),)
EDIT = Edit({"grass": Rewrite("dry grass", Refine(0.5))})
PIXEL_ART = SettingsOverride(preset="pixel-art")
CHANGES: dict[str, tuple[BakeRequest, str]] = {
    "a setting": (replace(WAS, settings=BakeSettings(steps=4)), "steps is 4, was 10"),
    "a setting left open": (replace(WAS, settings=BakeSettings()), "steps is left open, was 10"),
    "a preset": (
        replace(WAS, settings=apply(WAS.settings, PIXEL_ART)),
        'preset is "pixel-art", was "painting"',
    ),
    "a preset and a setting beside it": (
        replace(
            WAS, settings=apply(WAS.settings, PIXEL_ART, SettingsOverride(pixels_per_tile=48, mask_sigma=2))
        ),
        'preset is "pixel-art", was "painting"; pixels_per_tile is 48, was left open; '
        "mask_sigma is 2.0, was left open",
    ),
    "one part of a preset": (
        replace(WAS, settings=apply(WAS.settings, SettingsOverride(resample="area"))),
        'resample is "area", was "lanczos"',
    ),
    "a gap, which makes it transparent": (
        replace(
            request_for(rows=["g.g", "ggw"]), settings=WAS.settings.model_copy(update={"transparent": False})
        ),
        "the tiles changed",
    ),
    "seed": (replace(WAS, seed=7), "the seed is 7, was 1"),
    "model": (
        replace(WAS, model="a/b", model_digest="x"),
        'the model is "a/b", was "embedded"',
    ),
    "files of the model": (replace(WAS, model_digest="x"), 'the files of the model "embedded" changed'),
    "a LoRA": (replace(WAS, loras=LORA), 'the LoRAs changed: "ink.safetensors"'),
    "a textual inversion": (
        replace(WAS, tilemap=replace(WAS.tilemap, embeddings=MOSS), model_digest="x"),
        'the embeddings changed: "mossy-style"',
    ),
    "base prompt": (request_for(base_prompt="another"), "the base prompt changed"),
    "negative prompt": (request_for(negative_prompt="mud"), "the negative prompt changed"),
    "a terrain's prompt": (
        request_for(terrains={"grass": "dry grass", "water": "water"}),
        'the terrain "grass" has another prompt or weight',
    ),
    "tiles": (request_for(rows=["ggw", "ggw"]), "the tiles changed"),
    "size of tiles": (request_for(tile_size=16), "the tiles changed"),
    "a terrain more": (
        replace(WAS, tilemap=replace(WAS.tilemap, terrains=(*WAS.tilemap.terrains, Terrain("lava", "lava")))),
        'the terrain "lava" is new',
    ),
    "an edit": (replace(WAS, tilemap=replace(WAS.tilemap, edit=EDIT)), "the edit changed"),
    "much": (
        replace(request_for(base_prompt="b", rows=["www", "www"]), seed=2, model_digest="x"),
        'the seed is 2, was 1; the files of the model "embedded" changed; the base prompt changed; '
        "and 2 more",
    ),
}


@pytest.fixture
def record(tmp_path: Path, texture_of: Callable[[BakeRequest], Texture]) -> dict[str, Any]:
    """The record of WAS, as it is read again."""
    png = tmp_path / "a.png"
    publish(texture_of(WAS), WAS, png, tmp_path)
    assert len(record_path(png).read_bytes()) < 4_000
    return dict(read_record(png) or {})


@pytest.mark.parametrize(("request_now", "reason"), CHANGES.values(), ids=CHANGES)
def test_what_changed_is_named(record: dict[str, Any], request_now: BakeRequest, reason: str) -> None:
    assert request_now.digest() != WAS.digest()
    assert explain_changes(record, request_now) == reason


def test_an_old_record_says_what_it_knows(record: dict[str, Any]) -> None:
    del record["parts"]
    assert explain_changes(record, replace(WAS, seed=7)) == "the seed is 7, was 1"
    assert explain_changes(record, request_for(rows=["www"])) == "the map's tiles or prompts changed"


def test_another_version_of_tilebake_is_named(record: dict[str, Any]) -> None:
    record["parts"]["paint_version"] = 1
    assert explain_changes(record, WAS) == "this version of tilebake paints it otherwise"


@pytest.mark.parametrize("damage", [None, 3, [], "x", {"terrains": 3}, {"grass": {}}])
@pytest.mark.parametrize("key", ["parts", "settings", "model", "seed"])
def test_a_damaged_record_breaks_nothing(record: dict[str, Any], key: str, damage: object) -> None:
    assert explain_changes({**record, key: damage}, replace(WAS, seed=7))


def test_damaged_loras_break_nothing(record: dict[str, Any]) -> None:
    loras: list[object] = [None, 3, [], {}, {"name": []}, {"name": {}, "weight": [], "digest": {}}]
    assert explain_changes({**record, "model": {"loras": loras}}, WAS)
