"""Fuse LoRA files into a model's weights; the model's layers stay as they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from safetensors import SafetensorError

from tilebake.errors import Location, ModelError
from tilebake.models.folder_check import COMPONENTS
from tilebake.paint.model.components import Parts

if TYPE_CHECKING:
    from diffusers import StableDiffusionXLPipeline

FUSED = ["unet", "text_encoder", "text_encoder_2"]


def fuse_loras(parts: Parts, loras: Sequence[tuple[Path, float]]) -> None:
    """Add `loras` (file, weight) to the weights of UNet and text encoders, in place.

    Takes what diffusers takes: PEFT's, diffusers' and kohya's names. Raises ModelError for a file that is no
    LoRA, or that fits none of the model's layers.
    """
    for file, weight in loras:
        pipeline = _pipeline(parts)
        try:
            pipeline.load_lora_weights(str(file.parent), weight_name=file.name, local_files_only=True)
            matched = pipeline.get_active_adapters()
            if matched:
                pipeline.fuse_lora(components=FUSED, lora_scale=weight, safe_fusing=True)
        except (ValueError, RuntimeError, LookupError, OSError, SafetensorError) as error:
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise _misfit(file, f"does not fit the model: {reason}") from error
        finally:
            pipeline.unload_lora_weights()
        if not matched:
            raise _misfit(file, "matches none of the model's layers")


def _pipeline(parts: Parts) -> "StableDiffusionXLPipeline":
    """Wrap the parts as diffusers' LoRA loaders want to see them."""
    from diffusers import DDIMScheduler, StableDiffusionXLPipeline  # a second's import that few bakes need

    modules: dict[str, Any] = {name: getattr(parts, name) for name in COMPONENTS}
    return StableDiffusionXLPipeline(**modules, scheduler=cast("Any", DDIMScheduler()), add_watermarker=False)


def _misfit(file: Path, what: str) -> ModelError:
    return ModelError(what, where=Location(file), hint="use a LoRA that was made for a model of this family")
