"""The digest of a request: it moves with every pixel that could, and with nothing else."""

import json
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tilebake.level.settings import BakeSettings
from tilebake.level.terrain import LoraRef
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.request import BakeRequest
from tilebake.texture import pixel_hash

MAP = {
    "tilebake": 1,
    "name": "shore",
    "base_prompt": "a shore",
    "terrains": {"grass": "lush grass", "water": {"prompt": "blue water", "weight": 1.5}},
    "legend": {"g": "grass", "w": "water", ".": None},
    "rows": ["ggw", "gw."],
}


def read(**changes: object) -> TileMap:
    return parse_map(json.dumps(MAP | changes))


def request(tilemap: TileMap | None = None) -> BakeRequest:
    return BakeRequest(
        tilemap=tilemap or read(), settings=BakeSettings(), model="embedded", model_digest="m", seed=7
    )


def test_a_digest_is_a_sha256_and_the_same_each_time() -> None:
    digest = request().digest()
    assert len(digest) == 64
    assert set(digest) <= set(string.hexdigits)
    assert digest == request().digest()


@pytest.mark.parametrize(
    "changes",
    [
        {"base_prompt": "another shore"},
        {"negative_prompt": "fog"},
        {"rows": ["ggw", "ggw"]},
        {"rows": ["ggw", "g.w"]},
        {"tile_size": 32},
        {"origin": [1, 0]},
        {"grid": "isometric"},
        {"terrains": {"grass": "dry grass", "water": {"prompt": "blue water", "weight": 1.5}}},
        {"terrains": {"grass": "lush grass", "water": "blue water"}},
        {
            "terrains": {
                "grass": {"prompt": "lush grass", "negative_prompt": "flowers"},
                "water": {"prompt": "blue water", "weight": 1.5},
            }
        },
    ],
    ids=lambda changes: "-".join(changes),
)
def test_what_the_map_says_changes_the_digest(changes: dict[str, object]) -> None:
    assert request(read(**changes)).digest() != request().digest()


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 8},
        {"model_digest": "n"},
        {"loras": ((LoraRef("a.safetensors", 1.0), "l"),)},
        {"settings": BakeSettings(mask_sigma=4.0)},
        {"settings": BakeSettings(steps=3)},
        {"settings": BakeSettings(transparent=True)},
        {"settings": BakeSettings(palette=("#000000",))},
    ],
)
def test_what_else_decides_pixels_changes_the_digest(changes: dict[str, Any]) -> None:
    assert replace(request(), **changes).digest() != request().digest()


def test_a_digest_without_an_edit_is_what_it_was() -> None:
    before = "ae3181bf5e21371a413275c6bed6caae9f4b2f812ee51bf018fd20f9fee012c0"
    assert request().digest() == before
    assert request(read(edit={})).digest() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"base_prompt": "a cliff"},
        {"terrains": {"grass": "dry grass", "water": "ice"}},
        {"terrains": {"grass": {"prompt": "dry grass", "align": "refine"}}},
        {"terrains": {"grass": {"prompt": "dry grass", "cross_replace_steps": 0.5}}},
        {"terrains": {"grass": {"prompt": "dry grass", "reweight": {"dry": 2}}}},
        {"terrains": {"grass": {"prompt": "dry grass", "reweight": {"dry": 2}, "threshold": 0.3}}},
        {
            "terrains": {
                "grass": {"prompt": "dry grass", "reweight": {"dry": 2}, "threshold": 0.3, "average": True}
            }
        },
        {"terrains": {"grass": "dry grass"}, "self_replace_steps": 0.3},
        {"terrains": {"grass": "dry grass"}, "source_steps": 0.3},
        {"terrains": {"grass": "dry grass"}, "local_blend": ["dry"]},
    ],
    ids=json.dumps,
)
def test_all_of_an_edit_changes_the_digest(changes: dict[str, object]) -> None:
    digests = [request(read(edit=edit)).digest() for edit in ({"terrains": {"grass": "dry grass"}}, changes)]
    assert len({request().digest(), *digests}) == 3


def test_an_edit_has_one_digest_however_it_is_spelt() -> None:
    short: dict[str, object] = {"terrains": {"grass": "dry grass", "water": {"reweight": {"blue": 2}}}}
    long: dict[str, object] = {
        "terrains": {
            "water": {"prompt": "blue water", "reweight": {"blue": 2.0}, "align": "replace"},
            "grass": {"prompt": "dry grass", "cross_replace_steps": 0.8},
        },
        "self_replace_steps": 0.4,
        "source_steps": 0.2,
    }
    assert request(read(edit=short)).digest() == request(read(edit=long)).digest()


def test_the_weight_of_a_lora_changes_the_digest() -> None:
    light = replace(request(), loras=((LoraRef("a", 0.5), "l"),))
    heavy = replace(request(), loras=((LoraRef("a", 1.0), "l"),))
    assert light.digest() != heavy.digest()


def test_names_and_paths_change_nothing() -> None:
    moved = replace(read(), name="coast", path=Path("elsewhere.json"))
    lora, same_lora = LoraRef("a.safetensors"), LoraRef("b.safetensors")
    here = replace(request(), loras=((lora, "l"),))
    there = replace(request(moved), model="a/folder", loras=((same_lora, "l"),))
    assert here.digest() == there.digest()


def test_both_ways_to_write_a_map_have_one_digest() -> None:
    cells = [[0, 0, "grass"], [1, 0, "grass"], [2, 0, "water"], [0, 1, "grass"], [1, 1, "water"]]
    written = {key: value for key, value in MAP.items() if key not in ("legend", "rows")} | {"cells": cells}
    assert request(parse_map(json.dumps(written))).digest() == request().digest()


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (0.0, -0.0)])
def test_a_number_has_one_spelling(one: float, other: float) -> None:
    first, *rest = read().tiles
    tilemaps = [replace(read(), tiles=(replace(first, centre_x=number), *rest)) for number in (one, other)]
    assert len({request(tilemap).digest() for tilemap in tilemaps}) == 1


def test_a_pixel_hash_sees_shape_and_bytes() -> None:
    image = np.arange(24, dtype=np.uint8)
    hashes = {
        pixel_hash(image.reshape(2, 4, 3)),
        pixel_hash(image.reshape(4, 2, 3)),
        pixel_hash(image[::-1].reshape(2, 4, 3)),
    }
    assert len(hashes) == 3
