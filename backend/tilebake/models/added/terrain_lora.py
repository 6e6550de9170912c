"""Check by its tensors' names that a LoRA can work within one terrain alone.

What its layers say of prompts and of single pixels can be weighed by a terrain's mask. Convolutions see past
the terrain's border, the layers of time belong to no place, and other formats than the plain one have no low
rank that would keep the cost low.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from tilebake.errors import Location, ModelError
from tilebake.models.added.kinds import AddedKind, refuse_another_kind
from tilebake.models.labels.few_steps import few_steps_of
from tilebake.models.labels.label import read_label
from tilebake.models.labels.lora_format import PLAIN, is_lora, lora_format
from tilebake.models.weights import tensor_names, tensor_shapes

_WITHIN: Final = re.compile(r"[._]transformer_blocks[._]|[._]proj_(?:in|out)\.|^(?:lora_te\d?_|text_encoder)")
_HINT: Final = 'name it under "loras" of the map or at the top of tilebake.toml: there it works everywhere'


def check_terrain_lora(path: Path) -> None:
    """Raise ModelError for a file that is no LoRA, or can work only everywhere."""
    names = tensor_shapes(path)
    refuse_another_kind(path, names, AddedKind.LORA)
    if not is_lora(names):
        raise ModelError("is no LoRA", where=Location(path), hint="name a LoRA for SDXL")
    if (problem := _problem(path, names)) is not None:
        raise ModelError(f"{problem}, and cannot be one terrain's", where=Location(path), hint=_HINT)


def can_be_a_terrains(path: Path) -> str:
    """Return "yes" for a LoRA that can work within a terrain alone, else why it cannot."""
    problem = _problem(path, tensor_names(path))
    return "yes" if problem is None else f"no: it {problem}"


def _problem(path: Path, names: Collection[str]) -> str | None:
    """Return what keeps a LoRA from working within a terrain alone, as what follows the file's name."""
    kind = lora_format(names)
    if kind != PLAIN:
        return f"is of the format {kind}, where a terrain takes plain LoRAs"
    if (other := next((name for name in names if not _WITHIN.search(name)), None)) is not None:
        return f"has layers outside of attention, such as {other[:100]!r}"
    few_steps = few_steps_of(read_label(path), is_lora=True)
    return (
        None if few_steps is None else f"changes how many steps the whole picture takes ({few_steps.because})"
    )
