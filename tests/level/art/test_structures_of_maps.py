"""Pictures that a ControlNet holds maps to: which one counts, where it fits, what the digest holds of it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.tiled_files import PROJECT, save, tmx, tsx
from tests.level.art.test_own_pictures_of_maps import MAP, draw, plan, request
from tilebake.errors import MapError
from tilebake.level.project import find_project
from tilebake.level.tilemap import read_map
from tilebake.models.lookup import Models
from tilebake.models.reference import ModelSource, resolve
from tilebake.request import BakeRequest
from tilebake.serve.bake.why_stale import explain_changes

HELD = {"controlnet": "canny"}


@pytest.fixture(autouse=True)
def no_controlnet_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def model(_models: Models, reference: str, _root: Path, _added: object) -> tuple[ModelSource, str]:
        return resolve(reference), "model"

    monkeypatch.setattr(Models, "model", model)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "tiles.png")
    draw(tmp_path / "depth.png", np.full((8, 16, 4), 200, np.uint8))
    return tmp_path


def save_map(folder: Path, settings: dict[str, Any] = HELD, **changes: object) -> Path:
    path = folder / "map.json"
    path.write_text(json.dumps({**MAP, "settings": settings, **changes}), encoding="utf-8")
    return path


def held_to(asked: BakeRequest) -> object:
    """The key under which the map names what it is held to."""
    found = asked.part_digests().get("structure")
    return found[1] if isinstance(found, list) else None


def test_a_picture_of_its_own_goes_before_the_art(folder: Path) -> None:
    assert held_to(request(save_map(folder, art="tiles.png"))) == "art"
    both = request(save_map(folder, art="tiles.png", structure="depth.png"))
    assert held_to(both) == "structure"
    assert [note.what for note in both.tilemap.notes if "changes nothing" in note.what] == [
        '"art" changes nothing: the map is painted from noise alone'
    ]
    assert held_to(request(save_map(folder, {}, art="tiles.png"))) is None


def test_a_map_that_is_held_to_nothing_has_the_digest_that_it_had(folder: Path) -> None:
    plain = request(save_map(folder, {})).digest()
    settings = {**HELD, "controlnet_strength": 0.9, "controlnet_edges": True}
    lonely = request(save_map(folder, settings))
    assert lonely.digest() == plain
    assert "controlnet changes nothing" in lonely.tilemap.notes[-1].what
    free = request(save_map(folder, {**HELD, "controlnet_strength": 0}, structure="depth.png"))
    assert held_to(free) is None
    assert not free.tilemap.notes


def test_the_digest_counts_the_picture_its_use_and_the_settings_but_no_names(folder: Path) -> None:
    def digest(structure: str = "depth.png", settings: dict[str, Any] = HELD) -> str:
        return request(save_map(folder, {**HELD, **settings}, structure=structure)).digest()

    first = digest()
    draw(folder / "copy.png", np.full((8, 16, 4), 200, np.uint8), level=0)
    assert digest("copy.png") == digest(settings={"controlnet": "elsewhere"}) == first
    as_art = request(save_map(folder, art="depth.png")).digest()
    others = {
        *(digest(settings={f"controlnet_{name}": 0.6}) for name in ("strength", "start", "end")),
        digest(settings={"controlnet_edges": True}),
        digest("tiles.png"),
    }
    assert len({first, as_art, *others}) == 7


def test_a_record_tells_that_the_picture_has_changed(folder: Path) -> None:
    before = request(save_map(folder, structure="depth.png"))
    record = {
        "settings": before.settings.model_dump(mode="json"),
        "seed": before.seed,
        "model": {"reference": before.model, "digest": before.model_digest, "loras": []},
        "parts": before.part_digests(),
    }
    after = request(save_map(folder, structure="tiles.png"))
    assert "the picture that a ControlNet holds it to" in (explain_changes(record, after) or "")


def test_a_map_without_a_controlnet_says_what_to_fetch(folder: Path) -> None:
    with pytest.raises(MapError, match="takes a ControlNet, and no setting names one") as caught:
        plan(save_map(folder, {}, structure="depth.png"))
    assert caught.value.where.json_path == "$.structure"
    for said in ("diffusers/controlnet-depth-sdxl-1.0", "config.json", '"controlnet"'):
        assert said in str(caught.value.hint)


@pytest.mark.parametrize(
    ("pixels", "what"),
    [
        (np.full((16, 16, 4), 9, np.uint8), "has 16 by 16 pixels, and the map's has 16 by 8"),
        (np.zeros((8, 16, 4), np.uint8), "transparent all over"),
    ],
)
def test_a_structure_that_does_not_fit_the_map_is_refused(
    folder: Path, pixels: np.ndarray, what: str
) -> None:
    draw(folder / "depth.png", pixels)
    for key in ("structure", "art"):
        with pytest.raises(MapError, match=what):
            plan(save_map(folder, HELD, **{key: "depth.png"}))


@pytest.mark.parametrize("name", ["../canny", "/canny", "~/../../canny"])
def test_a_map_names_no_controlnet_outside_of_its_project(folder: Path, name: str) -> None:
    with pytest.raises(MapError, match="leads outside the project"):
        plan(save_map(folder, {"controlnet": name}, structure="depth.png"))


def test_a_map_of_a_world_is_held_to_no_picture(folder: Path) -> None:
    path = save_map(folder, structure="depth.png")
    (folder / "east.json").write_text(
        json.dumps({**MAP, "settings": HELD, "origin": [4, 0]}), encoding="utf-8"
    )
    (folder / "tilebake.toml").write_text(
        'maps = ["."]\n\n[worlds]\nland = ["map.json", "east.json"]\n', "utf-8"
    )
    with pytest.raises(MapError, match='shares a world with others takes no "structure"'):
        plan(path)


def test_a_map_from_tiled_names_its_structure_by_a_property(folder: Path) -> None:
    save(folder, "tilebake.toml", PROJECT)
    save(folder, "ground.tsx", tsx())
    entry = '<properties><property name="structure" value="depth.png"/></properties><tileset'
    path = save(folder, "lake.tmx", tmx(["gg", "gw"]).replace("<tileset", entry, 1))
    found = read_map(path, find_project(path)).structure
    assert found is not None
    assert (found.width, found.height) == (16, 8)
