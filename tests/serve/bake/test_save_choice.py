"""A chosen seed and settings written into a map's file, and nothing else of it."""

import json
from pathlib import Path

import pytest

from tilebake.errors import MapError
from tilebake.level.project import find_project
from tilebake.level.settings import PRESETS, SettingsOverride
from tilebake.level.terrain import EmbeddingRef, LoraRef
from tilebake.level.tilemap import read_map
from tilebake.serve.bake.plan import BakeOptions, decide_for
from tilebake.serve.bake.save_choice import check_choice, save_choice

TEXT = """{
  "tilebake": 1,   "name": "odd spacing",
  "terrains": {"grass": "grass"}, "legend": {"g": "grass"},
  "settings": {
    "steps": 4,
    "palette": ["#102030"]
  },
  "rows": ["gg"]
}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "level.json"
    file.write_text(TEXT, encoding="utf-8")
    (tmp_path / "tilebake.toml").write_text("[settings]\nmask_contrast = 3\n", encoding="utf-8")
    return file


def choice(
    seed: int | None = None, loras: tuple[LoraRef, ...] | None = None, **settings: object
) -> BakeOptions:
    return BakeOptions(SettingsOverride.model_validate(settings), seed=seed, loras=loras)


def test_a_seed_is_one_more_member(file: Path) -> None:
    assert save_choice(file, choice(seed=9))
    assert file.read_text(encoding="utf-8") == TEXT.replace('["gg"]\n', '["gg"],\n  "seed": 9\n')
    assert not save_choice(file, choice(seed=9))


def test_a_setting_joins_those_of_the_map(file: Path) -> None:
    assert save_choice(file, choice(mask_sigma=5.0, steps=4))
    changed = TEXT.replace('["#102030"]\n', '["#102030"],\n    "mask_sigma": 5.0\n')
    assert file.read_text(encoding="utf-8") == changed


def test_what_the_project_says_already_is_not_written(file: Path) -> None:
    assert not save_choice(file, choice(seed=0, mask_contrast=3.0))
    assert file.read_text(encoding="utf-8") == TEXT


def test_a_map_without_settings_gets_them(file: Path) -> None:
    content = {key: value for key, value in json.loads(TEXT).items() if key != "settings"}
    file.write_text(json.dumps(content), encoding="utf-8")
    assert save_choice(file, choice(steps=7))
    assert json.loads(file.read_text(encoding="utf-8")) == {**content, "settings": {"steps": 7}}


@pytest.mark.parametrize("beside", [{}, {"resample": "nearest"}])
def test_a_preset_wins_over_what_the_map_said(file: Path, beside: dict[str, object]) -> None:
    chosen = BakeOptions(SettingsOverride.model_validate({"preset": "pixel-art", **beside}))
    project, tilemap = find_project(file), read_map(file)
    wanted = decide_for(tilemap, project, chosen).settings
    assert save_choice(file, chosen)
    assert decide_for(read_map(file), project, BakeOptions()).settings == wanted
    assert wanted.palette == PRESETS["pixel-art"]["palette"]
    assert json.loads(file.read_text(encoding="utf-8"))["settings"] == {
        "steps": 4,
        "preset": "pixel-art",
        **beside,
    }


def test_a_lora_is_named_from_the_project(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    lora = LoraRef(f"{tmp_path.name}/loras/oil.safetensors", 0.6)
    assert save_choice(file, choice(loras=(lora,)))
    assert read_map(file).loras == (LoraRef("loras/oil.safetensors", 0.6),)
    with pytest.raises(MapError, match="no LoRA outside"):
        check_choice(file, choice(loras=(LoraRef("elsewhere.safetensors"),)))


def test_textual_inversions_take_the_place_of_those_of_their_names(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    (tmp_path / "tilebake.toml").write_text('[embeddings]\noil = "oil.safetensors"\n', encoding="utf-8")
    content = {**json.loads(TEXT), "embeddings": {"Moss-Style": "a.safetensors", "ink": "ink.safetensors"}}
    file.write_text(json.dumps(content), encoding="utf-8")
    given = (EmbeddingRef("moss-style", f"{tmp_path.name}/b.safetensors"),)
    assert save_choice(file, BakeOptions(embeddings=given))
    kept = {"ink": "ink.safetensors", "moss-style": "b.safetensors"}
    assert json.loads(file.read_text(encoding="utf-8")) == {**content, "embeddings": kept}
    known = (*given, EmbeddingRef("oil", f"{tmp_path.name}/oil.safetensors"))
    assert not save_choice(file, BakeOptions(embeddings=known))
    with pytest.raises(MapError, match="no textual inversion outside"):
        check_choice(file, BakeOptions(embeddings=(EmbeddingRef("ink", "ink.safetensors"),)))
