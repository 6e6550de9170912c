"""Pictures that maps and projects name to be painted like: read, and part of the digest."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.tiled_files import PROJECT, save, tmx, tsx
from tests.level.art.test_own_pictures_of_maps import draw, request
from tilebake.errors import MapError, ModelError, ProjectError
from tilebake.level.project import find_project
from tilebake.level.terrain import EmbeddingRef
from tilebake.level.tilemap import TileMap, read_map
from tilebake.models.lookup import Models
from tilebake.models.reference import ModelSource, resolve
from tilebake.request import SETTINGS_OF_MODEL
from tilebake.serve.bake.model.recorded_model import RecordedModel

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass", "sea": "sea"},
    "legend": {"g": "grass", "s": "sea"},
    "rows": ["gs"],
}
ADAPTER = {"ip_adapter": "ip.safetensors"}


def save_map(folder: Path, **changes: object) -> Path:
    path = folder / "map.json"
    path.write_text(json.dumps({**MAP, **changes}), encoding="utf-8")
    return path


def read(path: Path) -> TileMap:
    return read_map(path, find_project(path))


@pytest.fixture
def no_adapter_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def model(_models: Models, reference: str, _root: Path, _added: object) -> tuple[ModelSource, str]:
        return resolve(reference), "model"

    monkeypatch.setattr(Models, "model", model)


def test_a_map_and_a_terrain_name_their_pictures(tmp_path: Path) -> None:
    draw(tmp_path / "one.png")
    draw(tmp_path / "two.png", np.full((4, 4, 4), 200, np.uint8))
    sea = {"prompt": "sea", "reference": {"path": "two.png", "weight": 1}}
    found = read(save_map(tmp_path, reference="one.png", terrains={"grass": "grass", "sea": sea})).references
    assert found.whole is not None
    assert (found.whole.picture.width, found.whole.weight) == (16, 0.6)
    assert {name: (each.picture.width, each.weight) for name, each in found.terrains.items()} == {
        "sea": (4, 1.0)
    }
    assert found.only(["grass"]).terrains == {}


def test_a_project_names_pictures_for_maps_that_name_none(tmp_path: Path) -> None:
    (tmp_path / "levels").mkdir()
    (tmp_path / "tilebake.toml").write_text(
        'reference = { path = "art/one.png", weight = 0.3 }\n'
        '[terrains]\nsea = { prompt = "sea", reference = "art/one.png" }\n',
        encoding="utf-8",
    )
    with pytest.raises(ProjectError, match=r"tilebake.toml:3.*no file 'art/one.png'"):
        read(save_map(tmp_path / "levels"))
    (tmp_path / "art").mkdir()
    draw(tmp_path / "art" / "one.png")
    shared = read(save_map(tmp_path / "levels")).references
    assert shared.whole is not None
    assert shared.whole.weight == 0.3
    assert shared.terrains["sea"].weight == 0.6
    own = {"grass": "grass", "sea": {"reference": {"path": "../art/one.png", "weight": 2}}}
    mine = {"path": "../art/one.png", "weight": 0}
    found = read(save_map(tmp_path / "levels", terrains=own, reference=mine)).references
    assert found.whole is not None
    assert (found.whole.weight, found.terrains["sea"].weight) == (0, 2)


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("gone.png", "there is no file"),
        ("../one.png", "leads out of the project"),
        ({"path": "own.png", "weight": -1}, "weight"),
        ({"path": "own.png", "strength": 1}, "unknown key"),
        ("empty.png", "transparent all over"),
        ("map.json", "is no picture"),
    ],
)
def test_what_is_no_picture_is_refused_at_its_place(tmp_path: Path, reference: object, what: str) -> None:
    draw(tmp_path / "own.png")
    draw(tmp_path / "empty.png", np.zeros((4, 4, 4), np.uint8))
    with pytest.raises(MapError, match=what):
        read(save_map(tmp_path, reference=reference))
    terrains = {"grass": "grass", "sea": {"prompt": "sea", "reference": reference}}
    with pytest.raises(MapError, match=what):
        read(save_map(tmp_path, terrains=terrains))


def test_a_map_without_an_adapter_says_which_files_to_fetch(tmp_path: Path) -> None:
    draw(tmp_path / "own.png")
    with pytest.raises(MapError) as caught:
        request(save_map(tmp_path, reference="own.png"))
    assert "takes an IP-Adapter" in caught.value.what
    assert caught.value.hint is not None
    assert "ip-adapter_sdxl_vit-h.safetensors" in caught.value.hint
    assert "models/image_encoder" in caught.value.hint
    with pytest.raises(ModelError, match="no such IP-Adapter file"):
        request(save_map(tmp_path, reference="own.png", settings=ADAPTER))


@pytest.mark.parametrize("name", ["../ip.safetensors", "/ip.safetensors"])
def test_a_map_names_no_adapter_outside_of_its_project(tmp_path: Path, name: str) -> None:
    draw(tmp_path / "own.png")
    with pytest.raises(MapError, match="leads outside the project"):
        request(save_map(tmp_path, reference="own.png", settings={"ip_adapter": name}))


def test_an_adapter_is_not_looked_for_by_maps_without_pictures(tmp_path: Path) -> None:
    assert request(save_map(tmp_path, settings=ADAPTER)).digest() == request(save_map(tmp_path)).digest()


@pytest.mark.usefixtures("no_adapter_is_opened")
def test_the_digest_counts_a_pictures_pixels_and_weight_alone(tmp_path: Path) -> None:
    def digest(**reference: object) -> str:
        return request(
            save_map(tmp_path, reference={"path": "own.png", **reference}, settings=ADAPTER)
        ).digest()

    draw(tmp_path / "own.png", level=6)
    first = digest()
    draw(tmp_path / "own.png", level=0)
    draw(tmp_path / "copy.png")
    assert digest() == digest(weight=0.6) == digest(path="copy.png") == first
    assert digest(weight=0.7) != first
    draw(tmp_path / "own.png", np.full((8, 16, 4), 98, np.uint8))
    assert digest() != first
    terrains = {"grass": {"prompt": "grass", "reference": "copy.png"}, "sea": "sea"}
    of_grass = request(save_map(tmp_path, terrains=terrains, settings=ADAPTER))
    assert of_grass.digest() not in (first, request(save_map(tmp_path)).digest())
    parts = of_grass.part_digests()
    assert "references" in parts
    assert "reference" not in parts


def test_a_record_is_no_proof_of_a_picture_with_another_adapter(tmp_path: Path) -> None:
    settings = request(save_map(tmp_path)).settings
    recorded = RecordedModel("m", "digest", added=dict.fromkeys(SETTINGS_OF_MODEL))
    assert recorded.find("m", settings)[1] == "digest"
    other = settings.model_copy(update=ADAPTER)
    assert recorded.find("m", other)[1] == ""
    moss = (EmbeddingRef("moss-style", "moss.safetensors"),)
    assert recorded.find("m", settings, moss)[1] == ""
    with_moss = recorded._replace(embeddings={"moss-style": "moss.safetensors"})
    assert with_moss.find("m", settings, moss)[1] == "digest"
    assert with_moss.find("m", settings)[1] == ""


def test_a_map_from_tiled_names_its_picture_by_a_property(tmp_path: Path) -> None:
    save(tmp_path, "tilebake.toml", PROJECT)
    save(tmp_path, "ground.tsx", tsx())
    entry = '<properties><property name="reference" value="own.png"/></properties><tileset'
    path = save(tmp_path, "lake.tmx", tmx(["gg", "gw"]).replace("<tileset", entry, 1))
    with pytest.raises(MapError, match=r"lake.tmx:\d+.*no file 'own.png'"):
        read(path)
    Image.fromarray(np.full((2, 2, 3), 9, np.uint8)).save(tmp_path / "own.png")
    found = read(path).references.whole
    assert found is not None
    assert found.weight == 0.6
