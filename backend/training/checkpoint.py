"""Checkpoints that a killed run resumes from, and the moving average of the weights."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


def save(path: Path, state: dict[str, Any]) -> None:
    """Publish a checkpoint by a rename: a kill leaves the previous one whole."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint, or an empty one where there is none yet."""
    return torch.load(path, weights_only=True) if path.exists() else {}


class Average:
    """Exponential moving average of parameters (Karras et al. 2022 ramp: short memory while young)."""

    def __init__(self, modules: list[nn.Module], longest: float) -> None:
        self.longest = longest
        self.live = [p for module in modules for p in module.parameters()]
        self.kept: list[Tensor] = [p.detach().clone() for p in self.live]

    @torch.no_grad()
    def update(self, step: int) -> None:
        decay = min(self.longest, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.kept, [p.detach() for p in self.live], 1 - decay)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange live and averaged weights (call again to exchange back)."""
        for live, kept in zip(self.live, self.kept, strict=True):
            held = live.detach().clone()
            live.copy_(kept)
            kept.copy_(held)

    def restore(self, kept: list[Tensor]) -> None:
        self.kept = kept
