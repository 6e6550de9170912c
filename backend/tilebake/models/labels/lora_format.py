"""Tell LoRAs from models, and one format of LoRA from another, by the names of their tensors."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from tilebake.errors import ModelError
from tilebake.models.weights import tensor_names

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


def find_lora(reference: str, root: Path) -> Path | None:
    """Return the file that a reference names, if it is a LoRA's; None for a model, or what is not there."""
    path = root / Path(reference).expanduser()
    if path.suffix.lower() != ".safetensors" or not path.is_file():
        return None
    try:
        names = tensor_names(path)
    except ModelError:  # it is told where it is opened as a model
        return None
    is_lora = lora_format(names) != PLAIN or any(map(_LORA.search, names))
    return path if is_lora and not any(name.startswith(_CHECKPOINT) for name in names) else None
