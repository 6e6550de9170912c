"""Fuse LoRA files into a model's weights; the model's layers stay as they are."""

import importlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import torch

from tilebake.errors import Location, ModelError
from tilebake.models.added.kinds import AddedKind, refuse_another_kind
from tilebake.models.folder_check import COMPONENTS
from tilebake.paint.model.adapters.fuse import fuse_adapter, is_fused_here
from tilebake.paint.model.bulkhead import guard, shorten
from tilebake.paint.model.components import Parts, quietly
from tilebake.paint.model.lora_metadata import adapter_metadata
from tilebake.paint.model.weights_file import open_weights

if TYPE_CHECKING:
    from diffusers import StableDiffusionXLPipeline

FUSED = ["unet", "text_encoder", "text_encoder_2"]
_HINT: Final = "use a LoRA that was made for a model of this family"
_ADAPTER: Final = "lora"
_DOWN: Final = re.compile(r"lora_A\b|lora_down\b|lora\.down\b|lora_linear_layer\.down\b|_lora\.down\b")

# What a layer's two matrices are called, by whoever trained it.
_HALVES: Final = (
    ("lora_A.weight", "lora_B.weight"),
    ("lora_down.weight", "lora_up.weight"),
    ("lora.down.weight", "lora.up.weight"),
    ("lora_linear_layer.down.weight", "lora_linear_layer.up.weight"),
)

HeaderSettings = Mapping[str, Mapping[str, Any]]

MOST_LAYERS: Final = 4096  # SDXL has some 1,100 that a LoRA can have; diffusers' conversion is quadratic
MOST_TENSORS: Final = 5 * MOST_LAYERS  # down, up, alpha, DoRA's scale and a bias

# What LyCORIS trains and cannot be fused, by a part of its tensors' names.
_KINDS: Final = (
    (".oft_", "an OFT"),
    (".on_input", "an (IA)³"),
    (".a1.weight", "a GLoRA"),
    (".boft_", "a BOFT"),
)


class LoraFile(NamedTuple):
    """Name a LoRA's file, how much of it is added, and the digest that it must have, where one is known."""

    path: Path
    weight: float
    digest: str = ""


class LoraContent(NamedTuple):
    """Hold what a LoRA's file holds: its tensors, and the settings of its layers by part of the model."""

    tensors: Mapping[str, torch.Tensor]
    metadata: HeaderSettings


def fuse_loras(parts: Parts, loras: Sequence[LoraFile]) -> tuple[str, ...]:
    """Add `loras` to the weights of UNet and text encoders, in place; return what has to be said about them.

    Takes what diffusers takes: PEFT's, diffusers' and kohya's names; and LyCORIS' formats and DoRA in all of
    these. What the libraries warn of is said. Raises ModelError for a file that is no LoRA, or that fits none
    of the model's layers.
    """
    notes: list[str] = []
    for lora in loras:
        with guard(lora.path, "does not fit the model", _HINT):
            read = read_tensors(lora.path)
            if not is_fused_here(read.tensors):
                _import_loaders()
            with quietly() as warned:
                notes += _fuse(parts, lora, read)
        notes += [f"{lora.path.name}: {shorten(each)}" for each in dict.fromkeys(warned)]
    return tuple(notes)


def _import_loaders() -> None:
    """Import what adds LoRAs to a model: a second that few bakes need. What it says then is of no LoRA."""
    with quietly():
        importlib.import_module("diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl")
        importlib.import_module("peft.tuners.tuners_utils")


def _fuse(parts: Parts, lora: LoraFile, read: LoraContent) -> list[str]:
    tensors, metadata = read
    if is_fused_here(tensors):
        fused = fuse_adapter(parts, tensors, lora.weight)
        refuse_misfit(lora.path, fused.layers - len(fused.unknown), fused.layers)
        return notes_on_layers(lora.path, fused.layers, len(fused.unknown))
    pipeline = _pipeline(parts)
    try:
        _add(pipeline, parts, tensors, metadata)
        reached, layers = _count_reached(parts), _count_layers(tensors)
        refuse_misfit(lora.path, reached, layers)
        pipeline.fuse_lora(components=FUSED, lora_scale=lora.weight, safe_fusing=True)
    finally:
        pipeline.unload_lora_weights()
    return notes_on_layers(lora.path, layers, layers - reached)


def read_tensors(path: Path) -> LoraContent:
    """Read a LoRA's tensors, and the settings in its header by the part of a model that they are for.

    Raises ModelError for what is no LoRA, has more layers than any model, or half a layer.
    """
    with open_weights(path) as file:
        _refuse_vast(path, file.tensors)
        refuse_another_kind(path, {name: each.shape for name, each in file.tensors.items()}, AddedKind.LORA)
        _refuse_other_kinds(path, file.tensors)
        _refuse_halves(path, file.tensors)
        tensors = {name: file.read(name) for name in file.tensors}
        return LoraContent(tensors, adapter_metadata(path, file.metadata))


def refuse_misfit(path: Path, reached: int, layers: int) -> None:
    """Raise ModelError where none of a file's layers is the model's."""
    if not reached:
        raise ModelError(
            f"matches none of the model's layers, and has {layers}", where=Location(path), hint=_HINT
        )


def _refuse_vast(path: Path, names: Collection[str]) -> None:
    """Raise ModelError for more layers than a model can have, whose conversion would take very long."""
    layers = _count_layers(names)
    if layers > MOST_LAYERS or len(names) > MOST_TENSORS:
        raise ModelError(
            f"has {layers:,} layers in {len(names):,} tensors; at most {MOST_LAYERS:,} layers in "
            f"{MOST_TENSORS:,} tensors can be added to a model",
            where=Location(path),
            hint=_HINT,
        )


def _count_layers(names: Iterable[str]) -> int:
    return sum(_DOWN.search(name) is not None for name in names)


def _refuse_other_kinds(path: Path, names: Iterable[str]) -> None:
    """Raise ModelError for what is no LoRA though it is called one."""
    for name in names:
        for mark, kind in _KINDS:
            if mark in name:
                raise ModelError(
                    f"is {kind} (LyCORIS), and only LoRAs can be added to a model: see {name[:80]!r}",
                    where=Location(path),
                    hint="use a plain LoRA, or have this one converted to a LoRA",
                )


def _refuse_halves(path: Path, names: Collection[str]) -> None:
    """Raise ModelError where a layer has one matrix of two: peft would draw the other one at random."""
    for name in names:
        for end, other in (pair for halves in _HALVES for pair in (halves, halves[::-1])):
            missing = f"{name.removesuffix(end)}{other}"
            if name.endswith(end) and missing not in names:
                raise ModelError(
                    f"has a tensor {name[:100]!r}, and lacks its other half, {missing[:100]!r}",
                    where=Location(path),
                    hint="fetch or copy it anew",
                )


def _add(
    pipeline: "StableDiffusionXLPipeline",
    parts: Parts,
    tensors: Mapping[str, torch.Tensor],
    metadata: HeaderSettings,
) -> None:
    """Put a LoRA's layers beside the model's, from its tensors alone: no file is looked for."""
    loader = cast("Any", pipeline)
    state, alphas, _ = loader.lora_state_dict(
        dict(tensors), unet_config=parts.unet.config, return_lora_metadata=True
    )
    if not all("lora" in name for name in state):
        raise ValueError("it has tensors that belong to no LoRA")
    options = {"network_alphas": alphas, "adapter_name": _ADAPTER, "_pipeline": pipeline}
    options |= {"low_cpu_mem_usage": True}

    def settings_of(prefix: str) -> dict[str, Any] | None:
        given = None if alphas else metadata.get(prefix)
        return None if given is None else {f"{prefix}.{key}": value for key, value in given.items()}

    has = {name.partition(".")[0] for name in state}  # the libraries warn of parts that a LoRA does not have
    if "unet" in has:
        loader.load_lora_into_unet(state, unet=parts.unet, metadata=settings_of("unet"), **options)
    for prefix, encoder in (("text_encoder", parts.text_encoder), ("text_encoder_2", parts.text_encoder_2)):
        if prefix not in has:
            continue
        loader.load_lora_into_text_encoder(
            state, text_encoder=encoder, prefix=prefix, metadata=settings_of(prefix), **options
        )


def _count_reached(parts: Parts) -> int:
    """Count the model's layers beside which there is a layer of the LoRA."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    networks = (parts.unet, parts.text_encoder, parts.text_encoder_2)
    return sum(isinstance(module, BaseTunerLayer) for network in networks for module in network.modules())


def notes_on_layers(path: Path, layers: int, unknown: int) -> list[str]:
    """Say of how many of a LoRA's layers the model has none."""
    if unknown <= 0:
        return []
    return [f"{path.name}: {unknown} of its {layers} layers are not in this model, and do nothing"]


def _pipeline(parts: Parts) -> "StableDiffusionXLPipeline":
    """Wrap the parts as diffusers' LoRA loaders want to see them."""
    from diffusers import DDIMScheduler, StableDiffusionXLPipeline  # a second's import that few bakes need

    modules: dict[str, Any] = {name: getattr(parts, name) for name in COMPONENTS}
    return StableDiffusionXLPipeline(**modules, scheduler=cast("Any", DDIMScheduler()), add_watermarker=False)
