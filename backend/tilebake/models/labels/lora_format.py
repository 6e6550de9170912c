"""Tell LoRAs from models, and one format of LoRA from another, by the names of their tensors."""

import re
from collections.abc import Collection
from typing import Final

_FORMATS: Final = (  # what tells a format from a plain LoRA, in its tensors' names
    ("DoRA", re.compile(r"\.(?:dora_scale|lora_magnitude_vector)\b")),
    ("LoHa", re.compile(r"\.hada_[wt]")),
    ("LoKr", re.compile(r"\.lokr_[wt]")),
    ("full difference", re.compile(r"\.diff(?:_b)?$")),
    ("trained norms", re.compile(r"\.[wb]_norm$")),
)
PLAIN: Final = "LoRA"
_LORA: Final = re.compile(r"[._]lora(?:_|\b)")
_CHECKPOINT: Final = ("model.diffusion_model.", "first_stage_model.", "conditioner.")


def lora_format(names: Collection[str]) -> str:
    """Return the format of a LoRA, the rarest that it holds first."""
    return next((kind for kind, mark in _FORMATS if any(map(mark.search, names))), PLAIN)


def is_lora(names: Collection[str]) -> bool:
    """Tell whether a file with tensors of these names is a LoRA, in any of its formats."""
    has_layers = lora_format(names) != PLAIN or any(map(_LORA.search, names))
    return has_layers and not any(name.startswith(_CHECKPOINT) for name in names)
