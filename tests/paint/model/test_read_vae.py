"""A VAE by name: in each form of its files the same network, in the place of the model's own."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file, save_file

from tests.paint.test_pipeline import bake, level
from tilebake.errors import ModelError
from tilebake.facade import bake_map, load_painter
from tilebake.models.added.added_files import AddedFiles
from tilebake.models.lookup import Models
from tilebake.paint.model.load import Components, load

Tensors = dict[str, torch.Tensor]
NAME = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def vae_folder(tiny_sdxl_folder: Path, tmp_path: Path) -> Path:
    """Another VAE than the tiny model's, of its shape."""
    folder = tmp_path / "vae"
    shutil.copytree(tiny_sdxl_folder / "vae", folder)
    tensors = load_file(folder / NAME)
    tensors["decoder.conv_out.bias"] += 0.5
    save_file(tensors, folder / NAME)
    return folder


@pytest.fixture
def add(tiny_sdxl_folder: Path) -> Callable[[Path], Components]:
    def load_with(vae: Path) -> Components:
        source, _ = Models().model(str(tiny_sdxl_folder), Path(), AddedFiles(vae=vae))
        return load(source, device="cpu", dtype="float32")

    return load_with


def state(vae: AutoencoderKL) -> Tensors:
    return {name: each.contiguous() for name, each in vae.state_dict().items()}


def test_a_vae_takes_the_place_of_the_models_own(
    add: Callable[[Path], Components], vae_folder: Path, tiny_components: Components
) -> None:
    from_folder, from_file = add(vae_folder), add(vae_folder / NAME)
    expected = load_file(vae_folder / NAME)
    for found in (from_folder.vae, from_file.vae):
        torch.testing.assert_close(state(found), expected, rtol=0, atol=0)
    rows = ("ggww", "gwww")
    plain, other = (bake(each, level(*rows)) for each in (tiny_components, from_folder))
    assert np.abs(plain.astype(int) - other).max() > 3
    np.testing.assert_array_equal(other, bake(replace(tiny_components, vae=from_file.vae), level(*rows)))


@pytest.mark.parametrize("prefix", ["", "first_stage_model."])
def test_a_vae_in_the_layout_of_its_authors_is_the_same(
    prefix: str,
    add: Callable[[Path], Components],
    tiny_checkpoint: Path,
    tiny_components: Components,
    tmp_path: Path,
) -> None:
    own = "first_stage_model."
    tensors = {
        prefix + name.removeprefix(own): each
        for name, each in load_file(tiny_checkpoint).items()
        if name.startswith(own)
    }
    save_file(tensors, tmp_path / "vae.safetensors")
    found = add(tmp_path / "vae.safetensors").vae
    torch.testing.assert_close(state(found), state(tiny_components.vae), rtol=0, atol=0)


def change_config(folder: Path, **changes: object) -> None:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, **changes}), encoding="utf-8")


def test_a_vae_that_does_not_fit_is_refused(add: Callable[[Path], Components], vae_folder: Path) -> None:
    with pytest.raises(ModelError, match="no such VAE"):
        add(vae_folder / "gone.safetensors")
    (vae_folder / "vae.ckpt").write_bytes(b"x")
    with pytest.raises(ModelError, match="pickles"):
        add(vae_folder / "vae.ckpt")
    file = vae_folder / NAME
    tensors = load_file(file)
    save_file({"lora.down": torch.zeros(1)}, vae_folder / "lora.safetensors")
    with pytest.raises(ModelError, match="is no VAE"):
        add(vae_folder / "lora.safetensors")
    save_file({name: each for name, each in tensors.items() if "conv_out" not in name}, file)
    with pytest.raises(ModelError, match="lacks the tensor"):
        add(file)
    change_config(vae_folder, latent_channels=16)
    with pytest.raises(ModelError, match="decodes other latents"):
        add(vae_folder)
    change_config(vae_folder, auto_map={"AutoModel": "x.y"})
    with pytest.raises(ModelError, match="auto_map"):
        add(vae_folder)


def test_a_game_names_its_vae_and_its_content_counts(
    tiny_sdxl_folder: Path, vae_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = vae_folder.parent
    shutil.copytree(tiny_sdxl_folder, root / "model")
    shutil.copytree(vae_folder, root / "copy")
    source, project = root / "map.json", root / "tilebake.toml"
    content = {"tilebake": 1, "tile_size": 16, "terrains": {"g": "grass"}, "cells": [[0, 0, "g"]]}
    source.write_text(json.dumps(content), encoding="utf-8")
    project.write_text('model = "model"\n', encoding="utf-8")
    plain, typed = bake_map(source), bake_map(source, settings={"vae": str(vae_folder)})
    project.write_text('model = "model"\nsettings.vae = "copy"\n', encoding="utf-8")
    named = bake_map(source)
    assert named.digest == typed.digest != plain.digest
    np.testing.assert_array_equal(named.image, typed.image)
    monkeypatch.chdir(root)
    painter = load_painter("model", device="cpu", dtype="float32")
    np.testing.assert_array_equal(painter.bake_map(source).image, named.image)
    with pytest.raises(ModelError, match="other files beside the model"):
        painter.bake_map(source, settings={"vae": str(vae_folder)})
