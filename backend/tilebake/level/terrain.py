"""Describe what one kind of tile looks like, in words and LoRA files."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Terrain:
    """Describe one kind of tile. `weight` scales its mask against its neighbours'."""

    name: str
    prompt: str
    negative_prompt: str | None = None
    weight: float = 1.0


class LoraRef(NamedTuple):
    """Name a LoRA file, and how strongly it works."""

    path: str
    weight: float = 1.0
