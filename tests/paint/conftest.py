"""The tiny SDXL in the other forms that people have: one file in SDXL's original layout, and LoRAs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from diffusers import StableDiffusionXLPipeline
from safetensors.torch import save_file
from torch import nn

from benchmarks.formats.original_layout import original_layout
from tilebake.models.folder_check import COMPONENTS
from tilebake.models.reference import EMBEDDED, resolve
from tilebake.paint.model.load import Components, load
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.encode import encode_prompt
from tilebake.paint.schedulers import make_scheduler

Tensors = dict[str, torch.Tensor]


def _save(tensors: Mapping[str, torch.Tensor], path: Path) -> Path:
    save_file({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, path)
    return path


@pytest.fixture
def save_checkpoint(tmp_path: Path) -> Callable[[Components], Path]:
    """Saves a model as one .safetensors file in SDXL's original layout."""
    return lambda parts: _save(original_layout(parts), tmp_path / "tiny.safetensors")


@pytest.fixture
def tiny_checkpoint(tiny_components: Components, save_checkpoint: Callable[[Components], Path]) -> Path:
    """The tiny SDXL as one file."""
    return save_checkpoint(tiny_components)


@pytest.fixture
def save_lora(tmp_path: Path) -> Callable[[str, Tensors], Path]:
    """Saves tensors as a LoRA file."""
    return lambda name, tensors: _save(tensors, tmp_path / f"{name}.safetensors")


@pytest.fixture
def unet_lora_for(generator: Callable[[int], torch.Generator]) -> Callable[[Components], Tensors]:
    """Makes LoRAs of rank 2 on every to_q and to_v of a UNet's cross-attention, in diffusers' names."""

    def make(components: Components) -> Tensors:
        noise = generator(1)
        tensors: Tensors = {}
        for name, module in components.unet.named_modules():
            if name.endswith(("attn2.to_q", "attn2.to_v")):
                assert isinstance(module, nn.Linear)
                tensors[f"unet.{name}.lora_A.weight"] = torch.randn(2, module.in_features, generator=noise)
                tensors[f"unet.{name}.lora_B.weight"] = torch.randn(module.out_features, 2, generator=noise)
        return tensors

    return make


@pytest.fixture
def unet_lora(tiny_components: Components, unet_lora_for: Callable[[Components], Tensors]) -> Tensors:
    """A LoRA for the tiny UNet."""
    return unet_lora_for(tiny_components)


@pytest.fixture(params=["tiny", "embedded"] if (EMBEDDED / "model_index.json").is_file() else ["tiny"])
def components(request: pytest.FixtureRequest, tiny_components: Components) -> Components:
    """The tiny model, then the embedded one."""
    return tiny_components if request.param == "tiny" else request.getfixturevalue("embedded_components")


@pytest.fixture(scope="session")
def embedded_components() -> Components:
    """The embedded model in float32 on the CPU."""
    return load(resolve("embedded"), device="cpu", dtype="float32")


@pytest.fixture
def stock() -> Callable[[Components, str], Any]:
    """Diffusers' own SDXL pipeline on a model's parts, with one of our schedulers."""

    def make(components: Components, scheduler: str) -> Any:
        parts: dict[str, Any] = {name: getattr(components, name) for name in COMPONENTS}
        pipeline = StableDiffusionXLPipeline(
            **parts,
            scheduler=cast("Any", make_scheduler(scheduler, components.scheduler_config)),
            force_zeros_for_empty_prompt=components.force_zeros_for_empty_prompt,
            add_watermarker=False,
        )
        pipeline.set_progress_bar_config(disable=True)
        return pipeline

    return make


@pytest.fixture
def encode(tiny_components: Components) -> Callable[[str], PromptEmbeds]:
    """Encodes prompts by the tiny model. It knows a few words whole; the others it reads in pieces."""
    return lambda text: encode_prompt(tiny_components, text)
