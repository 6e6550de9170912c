"""Read the settings that diffusers writes into a LoRA's header: numbers, and names of layers.

They become arguments of peft's LoraConfig, which would also take names of modules to import.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from tilebake.errors import Location, ModelError

_KEY: Final = "lora_adapter_metadata"
_NUMBERS: Final = ("r", "lora_alpha")
_FLAGS: Final = ("use_rslora", "lora_bias")
_PATTERNS: Final = ("rank_pattern", "alpha_pattern")
_TARGETS: Final = "target_modules"

_PREFIXES: Final = ("unet", "text_encoder", "text_encoder_2")
_LAYER: Final = re.compile(r"\^?[\w.]{1,200}", re.ASCII)  # a plain name: peft would take any expression
_LIMIT: Final = 1 << 20  # characters


def adapter_metadata(path: Path, metadata: Mapping[str, object]) -> Mapping[str, Mapping[str, Any]]:
    """Return the settings of each part by its name, as far as the header has any. Raises ModelError."""
    text = metadata.get(_KEY)
    if not isinstance(text, str):
        return {}
    try:
        given: object = json.loads(text) if len(text) <= _LIMIT else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise _refusal(path, _KEY)
    settings: dict[str, dict[str, Any]] = {}
    for name, value in cast("dict[str, object]", given).items():
        prefix, _, key = name.partition(".")
        if prefix in _PREFIXES and key in (*_NUMBERS, *_FLAGS, *_PATTERNS, _TARGETS) and value is not None:
            if not _is_sound(key, value):
                raise _refusal(path, name)
            settings.setdefault(prefix, {})[key] = value
    return settings


def _is_sound(key: str, value: object) -> bool:
    if key in _NUMBERS:
        return _is_number(value)
    if key in _FLAGS:
        return isinstance(value, bool)
    if key in _PATTERNS and isinstance(value, dict):
        pattern = cast("dict[str, object]", value)
        return all(map(_LAYER.fullmatch, pattern)) and all(map(_is_number, pattern.values()))
    if key == _TARGETS and isinstance(value, list):
        layers = cast("list[object]", value)
        return all(isinstance(layer, str) and _LAYER.fullmatch(layer) for layer in layers)
    return False


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and 0 <= cast("float", value) <= 1e6


def _refusal(path: Path, name: str) -> ModelError:
    return ModelError(
        f"has settings in its header that are none of a LoRA: {name[:100]}",
        where=Location(path),
        hint="use a LoRA that was made for a model of this family",
    )
