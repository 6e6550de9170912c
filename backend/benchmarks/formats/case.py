"""One file made by hand, what it has to come to, and what it comes to."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import torch
from safetensors.torch import save_file

from tilebake.errors import ModelError
from tilebake.models.added.added_files import AddedFiles
from tilebake.models.lookup import Models
from tilebake.models.reference import resolve
from tilebake.paint.model.components import Parts
from tilebake.paint.model.load import Components, load
from tilebake.paint.model.loras import LoraFile, fuse_loras

Tensors = dict[str, torch.Tensor]
NETWORKS: Final = ("unet", "text_encoder", "text_encoder_2", "vae")
EMBEDDING: Final = "mossy-style"
MOST: Final = 1e-5  # that a weight may deviate


class Model(NamedTuple):
    """Hold the model that files are made for: its folder, itself, and its weights by their names."""

    folder: Path
    parts: Components
    weights: Tensors

    def weight(self, layer: str) -> torch.Tensor:
        """Return a layer's weight; the layer's name begins with its network's."""
        return self.weights[f"{layer}.weight"]


Write = Callable[[Path], Path]
"""Writes a case's file, or folder, into an empty folder."""


@dataclass(frozen=True)
class Case:
    """Describe one file: how it is written, and the weights that differ with it, or why it is refused."""

    name: str
    kind: str  # lora, model, vae or embedding
    write: Write
    changed: Tensors = field(default_factory=dict[str, torch.Tensor])
    refused: str = ""  # a part of what is told
    strength: float = 1.0
    told: str = ""  # a part of the notes
    schedule: Mapping[str, Any] = field(default_factory=dict[str, Any])  # what the noise schedule has to say


class Outcome(NamedTuple):
    """Say what became of a file."""

    name: str
    verdict: str  # right, refused or WRONG
    deviation: float | None  # the largest of a weight; None where nothing was loaded
    told: str


def load_model(folder: Path) -> Model:
    """Load the model in a folder, in float32 on the CPU."""
    parts = load(resolve(str(folder)), device="cpu", dtype="float32")
    return Model(folder, parts, weights_of(parts))


def weights_of(parts: Parts) -> Tensors:
    """Return a copy of all weights by network and name."""
    return {
        f"{network}.{name}": tensor.detach().float().clone()
        for network in NETWORKS
        for name, tensor in getattr(parts, network).state_dict().items()
    }


def save(tensors: Mapping[str, torch.Tensor], path: Path, metadata: dict[str, str] | None = None) -> Path:
    """Write tensors as a safetensors file."""
    save_file({name: each.clone().contiguous() for name, each in tensors.items()}, path, metadata)
    return path


def judge(case: Case, model: Model, place: Path) -> Outcome:
    """Write a case's file into an empty folder, load it, and compare."""
    place.mkdir()
    path = case.write(place)
    try:
        loaded, notes = _load(case, path, model)
    except ModelError as error:
        is_meant = bool(case.refused) and case.refused in str(error)
        return Outcome(case.name, "refused" if is_meant else "WRONG", None, error.what)
    deviation = _deviation(weights_of(loaded), {**model.weights, **case.changed})
    is_said = all(loaded.scheduler_config.get(key) == value for key, value in case.schedule.items())
    is_right = deviation <= MOST and is_said and not case.refused and case.told in notes
    return Outcome(case.name, "right" if is_right else "WRONG", deviation, notes)


def _load(case: Case, path: Path, model: Model) -> tuple[Parts, str]:
    """Load what a case wrote, and return it with what was told. Raises ModelError."""
    if case.kind == "lora":
        networks = {name: copy.deepcopy(getattr(model.parts, name)) for name in NETWORKS[:3]}
        parts = replace(model.parts, **networks)
        return parts, "; ".join(fuse_loras(parts, [LoraFile(path, case.strength)]))
    if case.kind == "model":
        loaded = load(resolve(str(path)), device="cpu", dtype="float32")
    else:
        vae = path if case.kind == "vae" else None
        embeddings = ((EMBEDDING, path),) if case.kind == "embedding" else ()
        added = AddedFiles(vae=vae, embeddings=embeddings)
        loaded = load(Models().model(str(model.folder), Path(), added)[0], device="cpu", dtype="float32")
    return loaded, "; ".join(loaded.notes)


def _deviation(found: Tensors, expected: Tensors) -> float:
    """Return the largest difference of a weight; infinity where names or shapes differ."""
    if {name: each.shape for name, each in found.items()} != {name: e.shape for name, e in expected.items()}:
        return float("inf")
    return max(float((found[name] - expected[name]).abs().max()) for name in found)
