"""Hold what the painting of a source leaves to its edits.

Latents say it all: from what the UNet was given, a step's attention can be made again. It is kept as well
where there is room, which spares the UNet's pass.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from tilebake.paint.schedulers import SolverHistory

LayerTensors = tuple[torch.Tensor, ...]


@dataclass(frozen=True, eq=False)
class SourceStep:
    """Hold one step of a source. Nothing writes into its tensors."""

    model_input: torch.Tensor  # [1, C, h, w]: what the UNet was given
    predicted: torch.Tensor  # [1, C, h, w]: with guidance
    latents: torch.Tensor  # [1, C, h, w]: after the step
    history: SolverHistory | None
    queries: LayerTensors | None = None  # [1, H, Q, D] of each cross-attention layer
    self_attention: LayerTensors | None = None  # [1, Q, D]: queries and keys of each layer that is replaced
    missing: torch.Tensor | None = None  # [1, C, h, w]: from what the model predicted to what is right

    @property
    def nbytes(self) -> int:
        """Memory that the step takes, in bytes; what two steps share counts twice."""
        remembered = () if self.history is None else (self.history.last_sample, *self.history.model_outputs)
        tensors = (
            self.model_input,
            self.predicted,
            self.latents,
            *remembered,
            *(self.queries or ()),
            *(self.self_attention or ()),
        )
        return sum(tensor.nbytes for tensor in tensors if tensor is not None)


@dataclass(frozen=True, eq=False)
class SourceRecord:
    """Hold all steps of a source, and its picture."""

    steps: tuple[SourceStep, ...]
    canvas: NDArray[np.float32]  # [H, W, 3] in 0..1, as decoded

    @property
    def nbytes(self) -> int:
        """Memory that the record takes, in bytes."""
        return self.canvas.nbytes + sum(step.nbytes for step in self.steps)

    def without_attention(self) -> "SourceRecord":
        """Return the record as its latents alone."""
        return replace(
            self, steps=tuple(replace(step, queries=None, self_attention=None) for step in self.steps)
        )
