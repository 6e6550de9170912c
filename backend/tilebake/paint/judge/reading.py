"""Read a judge from its file: safetensors, with the names and nouns of its terrains in the metadata."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from tilebake.errors import Location, ModelError
from tilebake.models.reference import ModelSource
from tilebake.models.weights import check_safetensors
from tilebake.paint.judge.network import Judge

JUDGE: Final = "judge.safetensors"


def judge_file(source: ModelSource) -> Path | None:
    """Return the judge's file in a model's own folder; None where there is none."""
    file = source.path / JUDGE
    return file if source.kind in ("embedded", "folder") and file.is_file() else None


def read_judge(path: Path) -> Judge:
    """Read the judge in a file, to the CPU in float32.

    Its metadata hold "terrains", a JSON list of names in the order of its verdicts, and "nouns", a JSON
    object of nouns and the terrains that they stand for; "common", if it is there, is a list of the names
    that most maps have. Raises ModelError when it cannot be read.
    """
    check_safetensors(path)
    try:
        with safe_open(path, "pt") as file:
            names, nouns, common = _words(file.metadata() or {})
        with torch.device("meta"):  # weights of its own would be drawn in vain, from everybody's generator
            judge = Judge(names, nouns, common)
        weights = {name: value.float() for name, value in load_file(path).items()}
        judge.load_state_dict(weights, assign=True)
    except (OSError, ValueError, RuntimeError, LookupError, TypeError, SafetensorError) as error:
        raise ModelError(
            "is no judge of terrains",
            where=Location(path),
            hint="fetch or copy it anew, or remove it: then the model's tiles are not judged",
        ) from error
    return judge.eval()


def _words(metadata: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str], tuple[str, ...]]:
    """Read the terrains' names, the terrain of each noun, and what most maps have.

    Raises LookupError, TypeError or ValueError.
    """
    names: list[object] = list(json.loads(metadata["terrains"]))
    nouns: dict[object, object] = dict(json.loads(metadata["nouns"]))
    if not all(isinstance(word, str) for word in (*names, *nouns)) or not {*nouns.values()} <= {*names}:
        raise ValueError("the nouns are not of these terrains")
    common: list[object] = list(json.loads(metadata.get("common", "[]")))
    if not {*common} <= {*names}:
        raise ValueError("what is common is not of these terrains")
    found = {str(noun): str(name) for noun, name in nouns.items()}
    return tuple(map(str, names)), found, tuple(map(str, common))
