"""Load a model to a device: embedded, folder, single file or fetched hub id → SDXL's components.

One code path for all. Nothing here reaches for the network, opens a pickle or runs a model's own code.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import torch
from accelerate import cpu_offload
from torch import nn

from tilebake.errors import Location, ModelError
from tilebake.level.canvas import LATENT
from tilebake.models.added.added_files import AddedFiles
from tilebake.models.defaults import Defaults
from tilebake.models.devices import DTYPES
from tilebake.models.reference import ModelSource
from tilebake.paint.judge.reading import judge_file
from tilebake.paint.memory import is_out_of_memory, release
from tilebake.paint.model.bulkhead import guard
from tilebake.paint.model.components import Parts, quietly
from tilebake.paint.model.folder import load_folder
from tilebake.paint.model.loras import LoraFile, fuse_loras
from tilebake.paint.model.single_file import load_single_file
from tilebake.paint.model.unchanged import hold_still
from tilebake.paint.prompts.cache import Latest, PromptCache

if TYPE_CHECKING:
    from tilebake.paint.terrain_loras.low_rank import LoraLayers

log: Final = logging.getLogger(__name__)
MOST_LORAS: Final = 8  # of terrains, that stay on the device: SDXL's take 20 to 200 MB each
TIME_IDS = 6  # numbers that SDXL tells its UNet about the canvas
STREAMED = "weights streamed from main memory"


@dataclass(frozen=True, eq=False)
class Components(Parts):
    """Hold SDXL's parts, ready to run on `device`."""

    name: str  # the reference, as the user wrote it
    defaults: Defaults
    device: torch.device
    dtype: torch.dtype  # of the UNet and the text encoders; the VAE may need float32
    load_seconds: float
    judge: Path | None = None  # the file of the model's judge, which a report alone reads
    degraded: tuple[str, ...] = ()  # what had to be given up for the model to fit
    notes: tuple[str, ...] = ()  # what has to be said of its LoRAs
    prompts: PromptCache = field(default_factory=PromptCache)
    terrain_loras: "Latest[LoraLayers]" = field(default_factory=lambda: Latest(MOST_LORAS))


def pick_device(name: str = "auto") -> torch.device:
    """Return the device called `name`; "auto" takes the first present of cuda, mps, xpu and cpu.

    Raises ModelError.
    """
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "xpu": torch.xpu.is_available(),
        "cpu": True,
    }
    usable = [kind for kind, is_there in present.items() if is_there]
    if name == "auto":
        return torch.device(usable[0])
    if name.partition(":")[0] not in usable:
        raise ModelError(
            f'there is no device "{name}" here', hint=f"choose one of: auto, {', '.join(usable)}"
        )
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ModelError(f'"{name}" is no device', hint='write it as "cuda" or "cuda:1"') from None
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    if ":" in name and device.index >= count:
        hint = f"the last one is {device.type}:{count - 1}"
        raise ModelError(f'there is no device "{name}" here', hint=hint)
    return device


def pick_dtype(name: str, device: torch.device) -> torch.dtype:
    """Return the dtype called `name`; "auto" takes half precision where the device is fast and right in it.

    Raises ModelError for a name that is none.
    """
    if name == "auto":
        if device.type == "cuda":
            capability = torch.cuda.get_device_capability(device)
            return cuda_dtype(torch.cuda.get_device_name(device), capability)
        if device.type == "cpu":
            return cpu_dtype()
        return torch.float16 if device.type in ("mps", "xpu") else torch.float32
    if name not in DTYPES:
        raise ModelError(f'there is no dtype "{name}"', hint=f"choose one of: auto, {', '.join(DTYPES)}")
    dtype: torch.dtype = getattr(torch, name)
    return dtype


def cuda_dtype(name: str, capability: tuple[int, int]) -> torch.dtype:
    """Return float16, or float32 for GPUs that it is slow (before Pascal) or NaN (the GTX 16 series) on."""
    return torch.float32 if capability < (6, 0) or "GTX 16" in name else torch.float16


def cpu_dtype() -> torch.dtype:
    """Return bfloat16 where the processor multiplies matrices of it (AMX), float32 elsewhere.

    On one such processor a bake took a third of the time in bfloat16. With AMX switched off it gained
    nothing, and with AVX-512's bfloat16 switched off as well it took more than twice as long.
    """
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # torch has it from 2.10 on
    return torch.bfloat16 if capabilities.get("amx_bf16") else torch.float32


def load(
    source: ModelSource,
    device: str = "auto",
    dtype: str = "auto",
    loras: Sequence[LoraFile] = (),
) -> Components:
    """Load the model at `source` to a device, with `loras` fused into its weights.

    Raises ModelError when the device or dtype is not to be had, when the model's or a LoRA's content does not
    fit SDXL, and when they are not the files that were looked up; MemoryRanOutError when there is no room.
    """
    started = time.perf_counter()
    place = pick_device(device)
    precision = pick_dtype(dtype, place)
    with hold_still(source, loras):
        with quietly():
            parts = _read(source, precision)
            _check_fit(source, parts)
            parts = _with_added(parts, source.added, precision)
        notes = fuse_loras(parts, loras)
    for note in notes:
        log.info(note)
    if parts.vae.config["force_upcast"]:  # it overflows in float16, and the picture comes out black
        nn.Module.to(parts.vae, torch.float32)
    degraded = _put_on(parts, place)
    if place.type == "cpu" and not degraded:  # where convolutions like a pixel's channels together
        for model in (*denoising_models(parts), parts.vae):
            cast("Any", model).to(memory_format=torch.channels_last)
    return Components(
        **vars(parts),
        name=source.reference,
        defaults=source.defaults,
        device=place,
        dtype=precision,
        load_seconds=time.perf_counter() - started,
        judge=judge_file(source),
        degraded=degraded,
        notes=notes,
    )


def _read(source: ModelSource, dtype: torch.dtype) -> Parts:
    """Read the parts of a model into main memory. Raises ModelError when the libraries cannot load it."""
    read = load_single_file if source.kind == "file" else load_folder
    with guard(source.path, "cannot be loaded", "use a complete model of SDXL's family"):
        return read(source.path, dtype)


def _with_added(parts: Parts, added: AddedFiles, dtype: torch.dtype) -> Parts:
    """Return the parts with what is loaded beside them. Raises ModelError for what does not fit."""
    if added.vae is not None:
        from tilebake.paint.model.read_vae import read_vae  # which few models need, as the next one

        parts = replace(parts, vae=read_vae(added.vae, parts.vae, dtype))
    if added.ip_adapter is not None:
        from tilebake.paint.references.read_adapter import read_adapter

        parts = replace(parts, adapter=read_adapter(parts.unet, added.ip_adapter, dtype))
    if added.controlnet is not None:
        from tilebake.paint.structure.read_controlnet import read_controlnet

        parts = replace(parts, controlnet=read_controlnet(added.controlnet, parts.unet, dtype))
    if added.embeddings:
        from tilebake.paint.prompts.textual_inversion import add_embeddings

        parts = add_embeddings(parts, added.embeddings)
    return parts


def _check_fit(source: ModelSource, parts: Parts) -> None:
    """Refuse what has SDXL's classes but not its way to paint from text: inpainting, other conditioning."""
    unet, vae = parts.unet.config, parts.vae.config
    first, second = parts.text_encoder.config, parts.text_encoder_2.config
    context = first.hidden_size + second.hidden_size
    added = (second.projection_dim or 0) + TIME_IDS * (unet["addition_time_embed_dim"] or 0)
    fits = {
        "its UNet takes more than latents (an inpainting or instruction model)": unet["in_channels"]
        == vae["latent_channels"],
        "its UNet is not conditioned on text and time as SDXL's is": unet["addition_embed_type"]
        == "text_time"
        and unet["projection_class_embeddings_input_dim"] == added,
        "its UNet does not paint what its VAE decodes": unet["out_channels"] == vae["latent_channels"],
        "its UNet is not made for both of its text encoders": unet["cross_attention_dim"] == context,
        f"its VAE does not scale by {LATENT}": 2 ** (len(vae["block_out_channels"]) - 1) == LATENT,
    }
    for reason, does_fit in fits.items():
        if not does_fit:
            raise ModelError(
                reason, where=Location(source.path), hint="use a text-to-image model of SDXL's family"
            )


def models(parts: Parts) -> tuple[nn.Module, ...]:
    """Return the neural networks among the parts."""
    own = (parts.unet, parts.vae, parts.text_encoder, parts.text_encoder_2)
    return (*own, *(each for each in (parts.adapter, parts.controlnet) if each is not None))


def denoising_models(parts: Parts) -> tuple[nn.Module, ...]:
    """Return the neural networks that run at each step."""
    return (parts.unet,) if parts.controlnet is None else (parts.unet, parts.controlnet)


def _put_on(parts: Parts, device: torch.device) -> tuple[str, ...]:
    """Move the models to the device, or stream their weights to it where they do not fit; say which."""
    for model in models(parts):
        model.eval().requires_grad_(requires_grad=False)
    ran_out = False
    try:
        for model in models(parts):
            model.to(device)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        ran_out = True
    if not ran_out:
        return ()
    for model in models(parts):
        model.to("cpu")
    release()
    for model in models(parts):
        cpu_offload(model, execution_device=device)
    return (STREAMED,)
