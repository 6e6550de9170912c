"""Read the configuration of a part of a model: what we know of it, and nothing that steers its loading."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tilebake.errors import Location, ModelError
from tilebake.models.config_keys import (
    CONTROLNET_KEYS,
    IMAGE_ENCODER_KEYS,
    SCHEDULER_KEYS,
    TEXT_ENCODER_KEYS,
    UNET_KEYS,
    VAE_KEYS,
    Rule,
)
from tilebake.models.model_file import read_json

CONFIG_KEYS: Final[Mapping[str, Mapping[str, Rule]]] = {
    "unet": UNET_KEYS,
    "vae": VAE_KEYS,
    "text_encoder": TEXT_ENCODER_KEYS,
    "text_encoder_2": TEXT_ENCODER_KEYS,
    "image_encoder": IMAGE_ENCODER_KEYS,
    "controlnet": CONTROLNET_KEYS,
    "scheduler": SCHEDULER_KEYS,
}

# What diffusers, transformers, peft and huggingface_hub know that chooses code, other files or other numbers.
STEERING: Final = frozenset(
    {
        "_attn_implementation",
        "_attn_implementation_internal",
        "_commit_hash",
        "_custom_pipeline",
        "_experts_implementation",
        "_pre_quantization_dtype",
        "adapter",
        "adapter_config",
        "adapter_kwargs",
        "attn_implementation",
        "auto_map",
        "auto_mapping",
        "base_model_name_or_path",
        "compression_config",
        "custom_pipeline",
        "custom_pipelines",
        "device_map",
        "distributed_config",
        "experts_implementation",
        "fusion_config",
        "gguf_file",
        "kernel_config",
        "megatron_config",
        "megatron_core",
        "peft_type",
        "pp_plan",
        "pruned_heads",
        "quantization",
        "quantization_config",
        "tp_plan",
        "trust_remote_code",
        "use_kernels",
    }
)


def read_config(path: Path, component: str) -> Mapping[str, Any]:
    """Read what a component's configuration says of it: known keys with plausible values, and no others.

    What only tells of its origin is passed over. Raises ModelError, by name, for a key that would choose
    code, another file or another kind of loading, and for a value out of its range.
    """
    given = read_json(path)
    refuse_steering(path, given)
    rules = CONFIG_KEYS[component]
    for key, value in given.items():
        if key in rules and not rules[key].accepts(value):
            raise ModelError(
                f"{_shorten(value)} is no value for {key}",
                where=Location(path, json_path=f"$.{key}"),
                hint=f"it must be {rules[key].wants}; use a model of SDXL's family",
            )
    return {key: value for key, value in given.items() if key in rules}


def refuse_steering(path: Path, given: Mapping[str, Any]) -> None:
    """Raise ModelError for a key that steers loading, unless it says nothing."""
    for key in sorted(STEERING & given.keys()):
        if given[key] not in (None, False, [], {}):
            raise ModelError(
                f"asks for {key}, which no model may choose",
                where=Location(path, json_path=f"$.{key}"),
                hint=f"remove {key}, if the model's weights are plain ones",
            )


def _shorten(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=True)
    except (ValueError, RecursionError):  # an integer of more than 4,300 digits
        text = "the number given"
    return text if len(text) <= 60 else f"{text[:57]}..."
