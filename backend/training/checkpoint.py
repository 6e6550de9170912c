"""Checkpoints that a killed run resumes from."""

from pathlib import Path
from typing import Any

import torch


def save(path: Path, state: dict[str, Any]) -> None:
    """Publish a checkpoint by a rename: a kill leaves the previous one whole."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint, or an empty one where there is none yet."""
    return torch.load(path, weights_only=True) if path.exists() else {}
