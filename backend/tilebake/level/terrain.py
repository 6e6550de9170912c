"""Describe what one kind of tile looks like: in words, by LoRAs, textual inversions and pictures."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

LORAS_VERSION: Final = 1  # goes up whenever maps with LoRAs of terrains begin to give other pixels
Entry = TypeVar("Entry")


class LoraRef(NamedTuple):
    """Name a LoRA file, and how strongly it works."""

    path: str
    weight: float = 1.0


class TerrainLora(NamedTuple):
    """Name a LoRA file that works within one terrain, and how strongly."""

    path: str
    weight: float = 1.0
    digest: str = ""  # of the file, once it was looked up


@dataclass(frozen=True, slots=True)
class Terrain:
    """Describe one kind of tile. `weight` scales its mask against its neighbours'."""

    name: str
    prompt: str
    negative_prompt: str | None = None
    weight: float = 1.0
    loras: tuple[TerrainLora, ...] = ()


class EmbeddingRef(NamedTuple):
    """Name a textual inversion's file, and the word of prompts that it stands for."""

    name: str  # in small letters, as CLIP reads it
    path: str


class ReferenceRef(NamedTuple):
    """Name a picture to paint like, and how strongly it works."""

    path: str
    weight: float


def digest_loras(terrains: Iterable[Terrain]) -> dict[str, object]:
    """Return what a digest holds of terrains' LoRAs: contents and weights; nothing where there are none."""
    found = {each.name: lora_keys(each) for each in terrains if each.loras}
    return {"terrain_loras": [LORAS_VERSION, found]} if found else {}


def lora_keys(terrain: Terrain) -> list[tuple[str, float]]:
    """Return what tells a terrain's LoRAs from others: the digest of each file, and its weight."""
    return [(each.digest, float(each.weight) + 0.0) for each in terrain.loras]


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
