"""What is loaded thousands of times: the least that has all of SDXL's parts."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection


@pytest.fixture(scope="session")
def least_sdxl_folder(tiny_sdxl_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny SDXL with one layer where it has several: it is loaded in half the time."""
    folder = shutil.copytree(tiny_sdxl_folder, tmp_path_factory.mktemp("models") / "least-sdxl")
    config = json.loads((folder / "unet/config.json").read_text(encoding="utf-8"))
    least: dict[str, Any] = {**config, "layers_per_block": 1, "transformer_layers_per_block": 1}
    encoders = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        UNet2DConditionModel(**least).save_pretrained(folder / "unet")
        for name, encoder in encoders.items():
            text = CLIPTextConfig.from_pretrained(folder / name, num_hidden_layers=2)
            encoder(text).save_pretrained(folder / name)
    return folder
