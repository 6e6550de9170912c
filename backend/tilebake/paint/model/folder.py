"""Read the parts of a diffusers folder from exactly the files that were named and checked."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from tilebake.models.config_check import read_config
from tilebake.models.folder_check import folder_files
from tilebake.models.model_file import read_json
from tilebake.paint.model.build import (
    build_text_encoder,
    build_text_encoder_2,
    build_unet,
    build_vae,
    fill,
)
from tilebake.paint.model.components import Parts, read_noise_schedule
from tilebake.paint.model.tokenizers import make_tokenizer
from tilebake.paint.model.weights_file import open_all

_Network = TypeVar("_Network", bound=nn.Module)


def load_folder(folder: Path, dtype: torch.dtype) -> Parts:
    """Load the parts of a diffusers folder, each as a class named here. Raises OSError and ModelError."""
    files = folder_files(folder)
    configs = {name: read_config(path, name) for name, path in files.configs.items()}

    def fill_part(name: str, build: Callable[[Mapping[str, Any]], _Network]) -> _Network:
        weights = files.weights[name].files
        with open_all(weights) as tensors:
            return fill(build(configs[name]), tensors, dtype, where=weights[0])

    schedule, index = read_noise_schedule(files.scheduler), read_json(files.index_file)
    return Parts(
        unet=fill_part("unet", build_unet),
        vae=fill_part("vae", build_vae),
        text_encoder=fill_part("text_encoder", build_text_encoder),
        text_encoder_2=fill_part("text_encoder_2", build_text_encoder_2),
        tokenizer=make_tokenizer(files.tokenizers["tokenizer"], configs["text_encoder"]),
        tokenizer_2=make_tokenizer(files.tokenizers["tokenizer_2"], configs["text_encoder_2"]),
        scheduler_config=schedule,
        force_zeros_for_empty_prompt=bool(index.get("force_zeros_for_empty_prompt", True)),
    )
