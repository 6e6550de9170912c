"""The digest of a request: it moves with every pixel that could, and with nothing else."""

import hashlib
import json
import pickle
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings
from tilebake.level.terrain import LoraRef
from tilebake.level.tilemap import TileMap, Tiles, parse_map, read_map
from tilebake.request import LATER_SETTINGS, PART_DIGITS, ROWS_OF_A_PIECE, BakeRequest
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


def request(tilemap: TileMap | None = None, **given: object) -> BakeRequest:
    tilemap = tilemap or read()
    settings = decide(tilemap, BakeSettings.model_validate(given)).settings
    return BakeRequest(tilemap=tilemap, settings=settings, model="embedded", model_digest="m", seed=7)


def test_a_digest_is_a_sha256_and_the_same_each_time() -> None:
    digest = request().digest()
    assert len(digest) == 64
    assert set(digest) <= set(string.hexdigits)
    assert digest == request().digest()


def test_a_digest_is_made_once_and_goes_along_to_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = request()
    digest = asked.digest()
    sent = pickle.dumps(asked)
    monkeypatch.setattr("tilebake.request.hashlib.sha256", None)
    assert asked.digest() == digest
    assert pickle.loads(sent).digest() == digest


def test_whether_a_digest_was_made_changes_no_request() -> None:
    asked = request()
    asked.digest()
    assert asked == request()
    assert replace(asked, seed=8).digest() != asked.digest()


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
def test_every_part_of_a_map_changes_the_digest(changes: dict[str, object]) -> None:
    assert request(read(**changes)).digest() != request().digest()


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 8},
        {"model_digest": "n"},
        {"loras": ((LoraRef("a.safetensors", 1.0), "l"),)},
        {"settings": BakeSettings(mask_sigma=4.0)},
        {"settings": BakeSettings(steps=3)},
        {"settings": BakeSettings(transparent=False)},
        {"settings": BakeSettings(palette=("#000000",))},
    ],
)
def test_seed_model_loras_and_settings_change_the_digest(changes: dict[str, Any]) -> None:
    assert replace(request(), **changes).digest() != request().digest()


def test_a_digest_without_an_edit_is_what_it_was() -> None:
    before = "ae3181bf5e21371a413275c6bed6caae9f4b2f812ee51bf018fd20f9fee012c0"
    assert request(transparent=False).digest() == before
    assert request(read(edit={}), transparent=False).digest() == before


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
def test_every_part_of_an_edit_changes_the_digest(changes: dict[str, object]) -> None:
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


def test_rows_and_cells_of_one_map_have_one_digest() -> None:
    cells = [[0, 0, "grass"], [1, 0, "grass"], [2, 0, "water"], [0, 1, "grass"], [1, 1, "water"]]
    written = {key: value for key, value in MAP.items() if key not in ("legend", "rows")} | {"cells": cells}
    assert request(parse_map(json.dumps(written))).digest() == request().digest()


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (0.0, -0.0)])
def test_a_number_has_one_spelling(one: float, other: float) -> None:
    first, *rest = read().tiles
    tilemaps = [
        replace(read(), tiles=Tiles.of([first._replace(centre_x=number), *rest])) for number in (one, other)
    ]
    assert len({request(tilemap).digest() for tilemap in tilemaps}) == 1


def test_a_pixel_hash_sees_shape_and_bytes() -> None:
    image = np.arange(24, dtype=np.uint8)
    hashes = {
        pixel_hash(image.reshape(2, 4, 3)),
        pixel_hash(image.reshape(4, 2, 3)),
        pixel_hash(image[::-1].reshape(2, 4, 3)),
    }
    assert len(hashes) == 3


MAPS = Path(__file__).parent.parent / "maps"
PINNED = {
    "checker": "29c4075351a7a6524ba685feca20efe1bdf87fb58b4372151dfbd62e27cddd4a",
    "forest": "db41558ee474212665ca89b1f2fa3986b343d98eed5d1e817aab3c6be168654e",
    "hex": "364c7cb41bf047b39fd0e659999472d3e84bf98443609041ca249df8ff85172e",
    "island": "da6def0423407d3d21e3b3fe6d26d41236f7c40ab2792fa4ac11c63b192bdce2",
    "iso": "0e511c885e0a56ded0050e21dfd5590d788e5e9993e0c9f6200f2cc46c26899e",
    "river": "644d3fc6ada07cf92a66c6c28c50b25ecacbbbb08eb17990ee2774765f242cfc",
}
LAYERED = {
    "tile_size": [48, 30],
    "grid": "half_offset",
    "layers": [
        {"rows": ["ggw", "gw."], "origin": [-2, 1]},
        {"cells": [[0, 1, "water"], [-1, 2, "grass"]], "weight": 0.3},
    ],
}
EDIT = {
    "base_prompt": {"prompt": "a cliff", "reweight": {"cliff": -1.5}},
    "terrains": {
        "grass": {"prompt": "dry grass", "reweight": {"dry": 2}, "threshold": 0.25, "average": True},
        "water": {"prompt": "dark blue water", "align": "refine", "cross_replace_steps": 0.5},
    },
    "self_replace_steps": 0.3,
    "local_blend": ["dry"],
}


@pytest.mark.parametrize("name", PINNED)
def test_the_maps_in_the_repository_keep_their_digests(name: str) -> None:
    tilemap = read_map(MAPS / f"{name}.json")
    assert request(tilemap, transparent=False).digest() == PINNED[name]
    assert (request(tilemap).digest() == PINNED[name]) is (name not in ("hex", "iso"))


def test_a_map_of_several_layers_keeps_its_digest() -> None:
    content = {key: value for key, value in MAP.items() if key != "rows"} | LAYERED
    assert (
        request(parse_map(json.dumps(content)), transparent=False).digest()
        == "075c5fdb8fd2e5b154aff320dacd7507ce7be5f124c04aaf8e9a4e98405a4c02"
    )


def test_an_edit_keeps_its_digest() -> None:
    changed = replace(
        request(read(edit=EDIT)),
        loras=((LoraRef("moss.safetensors", 0.7), "l"),),
        settings=BakeSettings(
            mask_sigma=3.5, palette=("#102030",), guidance_scale=4, transparent=False, pixels_per_tile=64
        ),
    )
    assert changed.digest() == "10d67cd59f0549359ff408ec8cd661d5bb8eb7ba6a3514eab3abb698c7095c56"


def test_a_setting_that_came_later_makes_no_picture_stale_that_leaves_it_open() -> None:
    plain, started = request(), BakeSettings()
    starts = {name: getattr(started, name) for name in LATER_SETTINGS}
    alone = {name: value for name, value in starts.items() if not name.startswith("controlnet_")}
    assert {value for value in alone.values() if value} == {"auto"}, "each changes nothing as it starts"
    assert started.controlnet is None, "without which those of a ControlNet change nothing either"
    later = {
        "art_pixels_per_tile": 16,
        "keep_resolution": True,
        "windows": "always",
        "window": 512,
        "rounds": 2,
        "timestep_spacing": "trailing",
        "guidance_rescale": 0.7,
        "init_strength": 0.6,
        "controlnet_strength": 0.8,
        "controlnet_start": 0.1,
        "controlnet_end": 0.7,
        "controlnet_edges": True,
    }
    assert later.keys() == LATER_SETTINGS
    for name, value in later.items():
        changed = replace(plain, settings=plain.settings.model_copy(update={name: value}))
        assert changed.digest() != plain.digest()


def test_weights_that_are_shares_make_no_picture_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    def digests() -> list[str]:
        return [request().digest(), request(base_prompt_weight=0.5).digest()]

    before = digests()
    monkeypatch.setattr("tilebake.request.SHARES_VERSION", 99)
    after = digests()
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_a_new_way_to_paint_edges_makes_transparent_pictures_alone_stale(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def digests() -> list[str]:
        tilemap = parse_map('{"tilebake": 1, "terrains": {"g": "grass"}, "cells": [[0, 0, "g"]]}')
        settings = [BakeSettings(transparent=False), BakeSettings()]
        return [BakeRequest(tilemap, each, "embedded", "digest", 0).digest() for each in settings]

    before = digests()
    monkeypatch.setattr("tilebake.request.TRANSPARENCY_VERSION", 99)
    after = digests()
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_a_map_of_many_tiles_has_the_digest_of_its_plain_json() -> None:
    asked = request(read(rows=["gwg." * 40] * 160), pixels_per_tile=8)
    assert len(asked.tilemap.tiles) > ROWS_OF_A_PIECE
    tiles = [[tile.terrain, tile.centre_x, tile.centre_y, tile.weight] for tile in asked.tilemap.tiles]
    content = {
        "grid": "square",
        "tile_size": [64, 64],
        "bounds": list(asked.tilemap.bounds),
        "tiles": tiles,
        "empty": [list(point) for point in asked.tilemap.empty],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert asked.part_digests()["tiles"] == hashlib.sha256(text.encode()).hexdigest()[:PART_DIGITS]
