"""Models: looked up once, and known to be outdated when anything about them changed."""

import json
from pathlib import Path

import pytest

from tilebake.errors import ModelError
from tilebake.models.lookup import Models


def write_lora(path: Path, value: int) -> None:
    header = json.dumps({"lora": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes([value]))


def test_a_model_is_found_with_its_digest(tmp_path: Path) -> None:
    models = Models()
    source, digest = models.model("embedded", tmp_path)
    assert (source.kind, len(digest)) == ("embedded", 64)
    assert models.model("embedded", tmp_path) == (source, digest)
    assert not models.is_outdated()


def test_a_lora_is_remembered_until_somebody_asks(tmp_path: Path) -> None:
    write_lora(tmp_path / "a.safetensors", 1)
    models = Models()
    path, digest = models.lora("a.safetensors", tmp_path)
    assert path == tmp_path / "a.safetensors"
    write_lora(tmp_path / "a.safetensors", 2)
    assert models.lora("a.safetensors", tmp_path) == (path, digest)
    assert models.is_outdated()
    assert Models().lora("a.safetensors", tmp_path) != (path, digest)


def test_a_missing_model_makes_the_lookup_outdated_when_it_appears(tmp_path: Path) -> None:
    models = Models()
    for _ in range(2):
        with pytest.raises(ModelError, match="no such LoRA"):
            models.lora("a.safetensors", tmp_path)
    assert not models.is_outdated()
    write_lora(tmp_path / "a.safetensors", 1)
    assert models.is_outdated()


def test_a_broken_model_makes_the_lookup_outdated_when_it_breaks_otherwise(tmp_path: Path) -> None:
    models = Models()
    with pytest.raises(ModelError, match="there is no model"):
        models.model("painterly", tmp_path)
    (tmp_path / "painterly").mkdir()
    assert models.is_outdated()
