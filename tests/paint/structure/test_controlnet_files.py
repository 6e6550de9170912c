"""ControlNets by name: checked, digested, fitted to the model; and a game that names one."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.helpers.tiny_controlnet import write_controlnet
from tests.paint.structure.test_structure import picture
from tests.test_imports import FILES, PACKAGE, imports_on_loading
from tilebake.errors import MapError, ModelError
from tilebake.facade import bake_map
from tilebake.models.added.added_files import AddedFiles
from tilebake.models.lookup import Models
from tilebake.models.reference import resolve
from tilebake.paint.model.load import Components, load

NAME = "diffusion_pytorch_model.safetensors"
Change = Callable[[Path], object]


@pytest.fixture
def folder(tiny_components: Components, tmp_path: Path) -> Path:
    return write_controlnet(tmp_path / "controlnet", tiny_components.unet, usual=True)


def load_with(controlnet: Path, model: Path) -> Components:
    source = replace(resolve(str(model)), added=AddedFiles(controlnet=controlnet))
    return load(source, device="cpu", dtype="float32")


def test_a_folder_and_its_file_alone_are_one_controlnet(folder: Path, tiny_sdxl_folder: Path) -> None:
    expected = load_file(folder / NAME)
    for path in (folder, folder / NAME):
        found = load_with(path, tiny_sdxl_folder).controlnet
        assert found is not None
        state = {name: each.contiguous() for name, each in found.state_dict().items()}
        torch.testing.assert_close(state, expected, rtol=0, atol=0)


def configure(**values: object) -> Change:
    def change(folder: Path) -> None:
        file = folder / "config.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **values}))

    return change


def spoil(change: Callable[[dict[str, torch.Tensor]], object]) -> Change:
    def spoil_file(folder: Path) -> None:
        tensors = load_file(folder / NAME)
        change(tensors)
        save_file(tensors, folder / NAME)

    return spoil_file


def pickled(folder: Path) -> None:
    (folder / NAME).rename(folder / "diffusion_pytorch_model.bin")


SPOILED: dict[str, tuple[Change, str]] = {
    "no config": (lambda folder: (folder / "config.json").unlink(), "holds no config.json"),
    "another class": (configure(_class_name="ControlNetUnionModel"), "but a ControlNetUnionModel"),
    "code": (configure(auto_map={"x": "y"}), "asks for auto_map"),
    "too large": (configure(block_out_channels=[1 << 20]), "no value for block_out_channels"),
    "other conditions": (configure(global_pool_conditions=True), "no value for global_pool_conditions"),
    "another width": (configure(cross_attention_dim=64), "its cross_attention_dim is 64"),
    "other blocks": (configure(layers_per_block=1), "its layers_per_block is 1"),
    "other pictures": (configure(conditioning_embedding_out_channels=[8, 8, 8]), "4 times as large as lat"),
    "a tensor less": (spoil(lambda each: each.pop("controlnet_mid_block.bias")), "lacks the tensor"),
    "a tensor more": (spoil(lambda each: each.update(more=torch.zeros(1))), "does not provide for"),
    "a pickle": (pickled, "pickle"),
    "no weights": (lambda folder: (folder / NAME).unlink(), "holds no diffusion_pytorch_model.safetensors"),
}


@pytest.mark.parametrize(("change", "what"), SPOILED.values(), ids=SPOILED.keys())
def test_a_folder_that_does_not_fit_is_refused_by_name(
    change: Change, what: str, folder: Path, tiny_sdxl_folder: Path
) -> None:
    change(folder)
    with pytest.raises(ModelError, match=what):
        load_with(folder, tiny_sdxl_folder)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("lllite_unet_input_blocks_4_1.conditioning1.0.weight", "is a ControlNet-LLLite"),
        ("lora_controlnet", "is a Control-LoRA"),
        ("task_embedding", r"\(Union\)"),
        ("control_model.input_hint_block.0.weight", "in its original layout"),
        ("adapter.body.0.resnets.0.block1.weight", "is a T2I-Adapter"),
        ("down_blocks.0.resnets.0.conv1.weight", "is no ControlNet"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_name(tmp_path: Path, name: str, what: str) -> None:
    save_file({name: torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match=what) as caught:
        Models().model("embedded", tmp_path, AddedFiles(controlnet=tmp_path / "other.safetensors"))
    assert "diffusers/controlnet-canny-sdxl-1.0" in str(caught.value.hint)


def test_the_digest_of_a_model_counts_its_controlnet(folder: Path, tiny_sdxl_folder: Path) -> None:
    models, model = Models(), str(tiny_sdxl_folder)
    alone, held = (
        models.model(model, Path(), each) for each in (AddedFiles(), AddedFiles(controlnet=folder))
    )
    assert alone[1] != held[1]
    assert not models.is_outdated()
    moved = folder.rename(folder.with_name("elsewhere"))
    assert Models().model(model, Path(), AddedFiles(controlnet=moved))[1] == held[1]
    assert models.is_outdated()
    configure(norm_eps=1e-4)(moved)
    assert Models().model(model, Path(), AddedFiles(controlnet=moved))[1] != held[1]
    with pytest.raises(ModelError, match="there is no such ControlNet"):
        Models().model(model, Path(), AddedFiles(controlnet=folder))


def test_a_game_names_a_controlnet_and_a_map_its_structure(
    folder: Path, tiny_sdxl_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    (tmp_path / "tilebake.toml").write_text('model = "model"\n', encoding="utf-8")
    (tmp_path / "depth.png").write_bytes(picture(32, 16).content)
    source = tmp_path / "map.json"
    body: dict[str, Any] = {
        "tilebake": 1,
        "tile_size": 16,
        "terrains": {"g": "grass"},
        "legend": {"g": "g"},
        "rows": ["gg"],
        "structure": "depth.png",
    }

    def bake(settings: dict[str, object], **typed: object) -> Any:
        source.write_text(json.dumps({**body, "settings": {"steps": 2, **settings}}), encoding="utf-8")
        return bake_map(source, settings=typed)

    with pytest.raises(MapError, match="takes a ControlNet, and no setting names one"):
        bake({})
    with pytest.raises(MapError, match="leads outside the project"):
        bake({"controlnet": "../controlnet"})
    with pytest.raises(ModelError, match="there is no such ControlNet"):
        bake({"controlnet": "gone"})
    named = bake({"controlnet": "controlnet"})
    typed = bake({}, controlnet=str(folder))
    assert named.digest == typed.digest
    np.testing.assert_array_equal(named.image, typed.image)
    free, firm = (bake({"controlnet": "controlnet"}, controlnet_strength=each) for each in (0, 1.5))
    assert np.abs(named.image.astype(int) - free.image).max() > 3
    assert len({named.digest, free.digest, firm.digest}) == 3


def test_nothing_of_it_is_imported_for_other_maps() -> None:
    """But the module that asks whether a map is held to anything."""
    structure = PACKAGE / "paint" / "structure"
    others = [file for file in FILES if file.parent != structure or file.name == "find_structure.py"]
    assert len(others) < len(FILES)
    for file in others:
        names = {name for name in imports_on_loading(file) if "paint.structure" in name}
        assert names <= {"tilebake.paint.structure.find_structure.find_structure"}, file
        assert "diffusers.ControlNetModel" not in imports_on_loading(file), file
