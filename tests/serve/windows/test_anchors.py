"""A save of a large map patches its last clean painting; what comes of it depends on the two maps alone."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.helpers.game import Game, game_in, until, view
from tilebake.level.terrain import LoraRef, TerrainLora
from tilebake.request import BakeRequest
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner
from tilebake.serve.owners.ownership import read_record
from tilebake.serve.windows.anchors import Anchors
from tilebake.serve.windows.spell_patches import spell_patches

PATH = Path("big.json")
COLUMNS, ROWS = 128, 96  # 256 by 192 latents, of which a patch takes 64 by 64
BOTH = {"corner": "w", "middle": "s"}


def content(corner: str = "g", middle: str = "g", **changes: Any) -> dict[str, Any]:
    """A map of grass, with other tiles in a corner and in the middle."""
    rows = [["g"] * COLUMNS for _ in range(ROWS)]
    rows[0][0] = corner
    rows[40][60] = middle
    return {
        "tilebake": 1,
        "tile_size": 16,
        "base_prompt": "a map",
        "terrains": {"grass": "lush green grass", "water": "deep blue water", "snow": "snow"},
        "legend": {"g": "grass", "w": "water", "s": "snow"},
        "rows": ["".join(row) for row in rows],
        "settings": {
            "pixels_per_tile": 16,
            "windows": "always",
            "window": 512,
            "rounds": 1,
            "mask_sigma": 1.0,
            "steps": 1,
        },
        **changes,
    }


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


@pytest.fixture
def request_of(game: Game) -> Callable[..., BakeRequest]:
    """The clean request of a map."""

    def request_of(**changes: Any) -> BakeRequest:
        game.save("big", **{"seed": 1, **content(**changes)})
        return game.request("big")

    return request_of


def test_a_map_that_begins_from_its_art_is_painted_in_windows(
    game: Game, request_of: Callable[..., BakeRequest]
) -> None:
    Image.new("RGB", (COLUMNS, ROWS), "green").save(game.root / "levels" / "own.png")
    settings = {**content()["settings"], "init_strength": 0.5}
    before, after = (request_of(corner=each, art="own.png", settings=settings) for each in "gw")
    anchors = Anchors()
    anchors.note(PATH, before)
    assert anchors.patch(PATH, after) == after
    idle = {**settings, "init_strength": None}
    before, after = (request_of(corner=each, art="own.png", settings=idle) for each in "gw")
    anchors.note(PATH, before)
    assert anchors.patch(PATH, after).anchor is not None


def test_an_edit_patches_the_last_clean_painting(request_of: Callable[..., BakeRequest]) -> None:
    anchors, clean, edited = Anchors(), request_of(), request_of(corner="w")
    assert anchors.patch(PATH, edited) is edited, "nothing was painted yet"
    anchors.note(PATH, clean)
    patched = anchors.patch(PATH, edited)
    assert patched.anchor is clean.tilemap
    assert patched.clean == edited
    anchors.note(PATH, patched)
    assert anchors.patch(PATH, request_of(corner="s")).anchor is clean.tilemap, "patches are no anchor"
    assert anchors.patch(PATH, request_of()).anchor is None, "what was undone is the clean painting"
    anchors.drop(PATH)
    assert anchors.patch(PATH, edited) is edited


@pytest.mark.parametrize(
    "changes",
    [
        {"base_prompt": "another map"},
        {"negative_prompt": "blurry"},
        {"seed": 2},
        {"settings": {**content()["settings"], "guidance_scale": 3.0}},
        {"terrains": {**content()["terrains"], "grass": "dry grass"}},
        {"rows": [row.replace("g", "s", 50) for row in content()["rows"]]},
        {"rows": content()["rows"][1:]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_no_small_edit_is_painted_clean(
    changes: dict[str, object], request_of: Callable[..., BakeRequest]
) -> None:
    anchors = Anchors()
    anchors.note(PATH, request_of())
    assert anchors.patch(PATH, request_of(corner="w", **changes)).anchor is None


def test_another_lora_is_no_edit(request_of: Callable[..., BakeRequest]) -> None:
    anchors = Anchors()
    anchors.note(PATH, request_of())
    lora = ((LoraRef("art.safetensors"), "0" * 64),)
    assert anchors.patch(PATH, replace(request_of(corner="w"), loras=lora)).anchor is None


def test_another_lora_of_a_terrain_is_no_edit(request_of: Callable[..., BakeRequest]) -> None:
    anchors, clean, edited = Anchors(), request_of(), request_of(corner="w")
    anchors.note(PATH, clean)
    first, *others = edited.tilemap.terrains
    own = replace(first, loras=(TerrainLora("art.safetensors", 1.0, "0" * 64),))
    tilemap = replace(edited.tilemap, terrains=(own, *others))
    assert anchors.patch(PATH, replace(edited, tilemap=tilemap)).anchor is None


def test_paintings_of_small_maps_are_not_remembered(request_of: Callable[..., BakeRequest]) -> None:
    anchors, settings = Anchors(), {**content()["settings"], "windows": "never"}
    anchors.note(PATH, request_of(settings=settings))
    assert anchors.patch(PATH, request_of(corner="w", settings=settings)).anchor is None


def test_the_oldest_paintings_make_room(request_of: Callable[..., BakeRequest]) -> None:
    anchors, clean = Anchors(most_tiles=2 * COLUMNS * ROWS), request_of()
    for name in "abc":
        anchors.note(Path(name), clean)
    edited = request_of(corner="w")
    assert [anchors.patch(Path(name), edited).anchor is not None for name in "abc"] == [False, True, True]


def test_saves_under_a_watch_are_patched_and_undone(game: Game) -> None:
    """Two edits in either order are one painting, an undone one the first; `--fresh` wants a clean one."""
    records: list[dict[str, object]] = []

    def is_painted() -> bool:
        return game.is_painted("big") and view(backend, "big").state == "up to date"

    with game.watched() as backend:
        for edits in ({}, {"corner": "w"}, BOTH, {"middle": "s"}, BOTH, {}, BOTH):
            game.save("big", **{"seed": 1, **content(**edits)})
            until(is_painted)
            records.append(dict(read_record(game.png("big")) or {}))
    clean, corner, both, middle, again, undone, at_last = (each["digest"] for each in records)
    assert undone == clean
    assert both == again == at_last
    assert len({clean, corner, both, middle}) == 4
    assert [each.get("anchor") for each in records] == [None, *[clean] * 4, None, clean]
    assert planned(game).stale is None
    assert planned(game, is_fresh=True).stale == "it is patched, and a clean painting is asked for"
    game.publish("big")
    assert planned(game, is_fresh=True).stale is None


def test_what_was_patched_is_told_in_tiles(request_of: Callable[..., BakeRequest]) -> None:
    clean, corner, both = request_of(), request_of(corner="w"), request_of(corner="w", middle="s")
    found = re.fullmatch(
        r"patched (\d+) x (\d+) tiles around the change", spell_patches(corner, clean.tilemap)
    )
    assert found is not None
    assert 1 < int(found[1]) < COLUMNS / 4
    assert 1 < int(found[2]) < ROWS / 4
    assert re.fullmatch(
        r"patched 2 places around the changes, [\d,]+ tiles in all", spell_patches(both, clean.tilemap)
    )
    assert spell_patches(clean, clean.tilemap) == "patched nothing, for nothing of the change shows"


def test_a_watch_that_begins_anew_patches_what_is_clean(game: Game) -> None:
    game.save("big", **{"seed": 1, **content()})
    game.publish("big")
    with game.watched() as backend:
        game.save("big", **{"seed": 1, **content(corner="w")})
        until(lambda: game.is_painted("big") and view(backend, "big").state == "up to date")
        assert any(": patched " in event.notice for event in backend.events(0, 0))
    assert (read_record(game.png("big")) or {})["anchor"]
    with game.watched() as backend:
        game.save("big", **{"seed": 1, **content(corner="s")})
        until(lambda: game.is_painted("big") and view(backend, "big").state == "up to date")
    assert "anchor" not in (read_record(game.png("big")) or {}), "what the patches were of is not known"


def planned(game: Game, *, is_fresh: bool = False) -> PlannedBake:
    return Planner(BakeOptions(is_fresh=is_fresh)).plan(game.path("big"), PATH)
