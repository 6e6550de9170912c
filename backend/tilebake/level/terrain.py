"""Describe what one kind of tile looks like: in words, by LoRAs, textual inversions and pictures."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

Entry = TypeVar("Entry")


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


class EmbeddingRef(NamedTuple):
    """Name a textual inversion's file, and the word of prompts that it stands for."""

    name: str  # in small letters, as CLIP reads it
    path: str


class ReferenceRef(NamedTuple):
    """Name a picture to paint like, and how strongly it works."""

    path: str
    weight: float


def spell_name(name: str) -> str:
    """Return the one spelling (NFC) of a terrain's name: macOS may take é apart into e and an accent."""
    return unicodedata.normalize("NFC", name)


def group_by_spelling(entries: Mapping[str, Entry], refuse: Callable[[str], Exception]) -> dict[str, Entry]:
    """Return entries by the one spelling of their names.

    Raises what `refuse` makes of a name that is there in two spellings and means two things.
    """
    spelled: dict[str, Entry] = {}
    for name, entry in entries.items():
        if spelled.setdefault(spell_name(name), entry) != entry:
            raise refuse(name)
    return spelled
